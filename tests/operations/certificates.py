"""A listener that takes certificates, as docs/how-to/secure-kafka.md sets it up, and an authority that issues them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from deploy import certificates
from kernel.runtime.settings import Settings

PRODUCERS_ORGANIZATION: Final = "Forcegen producers"
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "how-to" / "secure-kafka.md"
LISTENER: Final = """\
listener.name.certificates.ssl.keystore.type=PEM
listener.name.certificates.ssl.keystore.location={directory}/broker.pem
listener.name.certificates.ssl.truststore.type=PEM
listener.name.certificates.ssl.truststore.location={directory}/clients.pem
"""


class Authority:
    """Issues certificates to clients; the broker's own is of the authority of `deploy.certificates`."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        certificates.make(directory, directory, ["127.0.0.1"], datetime.now(UTC))
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of clients")])
        root = self._begun(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        pem = root.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
        (directory / "clients.pem").write_bytes(pem)

    def login(self, name: str, organization: str | None) -> Settings:
        """The settings of a client with a certificate for this name in this organization."""
        key = ec.generate_private_key(ec.SECP256R1())
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
        subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issued = self._begun(subject, key.public_key()).sign(self._key, hashes.SHA256())
        files = self.directory / f"{name}.pem", self.directory / f"{name}.key"
        files[0].write_bytes(issued.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return Settings(
            kafka_bootstrap=f"127.0.0.1:{self.port}",
            kafka_security_protocol="SSL",
            kafka_ca_file=self.directory / certificates.AUTHORITY,
            kafka_cert_file=files[0],
            kafka_key_file=files[1],
        )

    def _begun(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        begun = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        return (
            begun.serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )


def with_certificates(settings: str, authority: Authority) -> str:
    """The settings of the local Kafka with one more listener, which has the lines of the document."""
    lines = DOCUMENT.read_text(encoding="utf-8").split("```properties\n")[-1].partition("```")[0]
    assert "ssl.principal.mapping.rules=" in lines
    address = f",CERTIFICATES://127.0.0.1:{authority.port}\n"
    for name in ("listeners=", "advertised.listeners="):
        start = settings.index(f"\n{name}") + 1
        end = settings.index("\n", start)
        settings = settings[:end] + address + settings[end + 1 :]
    settings = settings.replace("protocol.map=", "protocol.map=CERTIFICATES:SSL,")
    return settings + LISTENER.format(directory=authority.directory) + lines
