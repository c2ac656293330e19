"""Makes a broker's certificate where nobody else issues any: an authority of this installation, and what it signs.

`python -m deploy.certificates DIRECTORY AUTHORITY_DIRECTORY NAME...` writes `broker.pem` (key and certificates, as
Kafka reads them) into the first directory and `ca.pem` into the second, for a broker that clients call by these names.
The authority's key is forgotten at once: nobody can issue a second certificate under it. May be repeated: what is there
and valid for another `RENEW_BEFORE` stays, and else both are made anew; then restart Kafka, and the services after it.
"""

import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BROKER: Final = "broker.pem"
AUTHORITY: Final = "ca.pem"
VALID: Final = timedelta(days=825)
"""As long as clients of all systems accept of a server's certificate."""
RENEW_BEFORE: Final = timedelta(days=90)
CLOCKS_DIFFER: Final = timedelta(hours=1)


def make(directory: Path, authority_directory: Path, names: list[str], now: datetime) -> bool:
    """Write both files, unless they are there and good for long enough; returns whether they were written.

    The files belong to places of their own: only Kafka may see the first directory. Its file is readable by every user
    in there, since images run Kafka under a user of theirs.
    """
    broker, authority = directory / BROKER, authority_directory / AUTHORITY
    if _is_good(broker, authority, names, now):
        return False
    authority_key, broker_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name("Forcegen Kafka authority")
    root = (
        _begun(issuer, issuer, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    issued = (
        _begun(_name(names[0]), issuer, broker_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key = broker_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    authority.write_bytes(root.public_bytes(Encoding.PEM))
    broker.write_bytes(key + issued.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    for path in (authority, broker):
        path.chmod(0o644)
    return True


def _is_good(broker: Path, authority: Path, names: list[str], now: datetime) -> bool:
    try:
        issued, root = x509.load_pem_x509_certificates(broker.read_bytes())
        (known,) = x509.load_pem_x509_certificates(authority.read_bytes())
        named = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    lasts = min(issued.not_valid_after_utc, root.not_valid_after_utc) - now > RENEW_BEFORE
    return lasts and root == known and list(named) == [_general(name) for name in names]


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + VALID)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """For the authority, certificates alone; for a broker, the handshakes of TLS."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def main(arguments: list[str]) -> None:
    """The command line."""
    if len(arguments) < 3:
        raise SystemExit("python -m deploy.certificates DIRECTORY AUTHORITY_DIRECTORY NAME...")
    directory, authority, *names = arguments
    made = make(Path(directory), Path(authority), names, datetime.now(UTC))
    sys.stdout.write(f"certificates for {', '.join(names)}: {'made' if made else 'there, and left as they are'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
