"""Certificates for a broker where nobody else issues any."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from deploy.certificates import AUTHORITY, BROKER, RENEW_BEFORE, VALID, main, make

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NAMES = ["kafka", "127.0.0.1"]


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    private, public = tmp_path / "tls", tmp_path / "ca"
    private.mkdir()
    public.mkdir()
    return private, public


def verified(private: Path, public: Path, name: str, at: datetime) -> None:
    issued, *_ = x509.load_pem_x509_certificates((private / BROKER).read_bytes())
    store = Store(x509.load_pem_x509_certificates((public / AUTHORITY).read_bytes()))
    PolicyBuilder().store(store).time(at).build_server_verifier(x509.DNSName(name)).verify(issued, [])


def test_a_client_that_knows_the_authority_trusts_the_broker_by_its_name_alone(places: tuple[Path, Path]) -> None:
    assert make(*places, NAMES, NOW)
    verified(*places, "kafka", NOW + timedelta(days=1))
    with pytest.raises(VerificationError):
        verified(*places, "elsewhere", NOW + timedelta(days=1))
    with pytest.raises(VerificationError):
        verified(*places, "kafka", NOW + VALID + timedelta(days=1))


def test_the_authoritys_directory_holds_no_key(places: tuple[Path, Path]) -> None:
    make(*places, NAMES, NOW)
    private, public = places
    assert [path.name for path in public.iterdir()] == [AUTHORITY]
    assert b"PRIVATE" not in (public / AUTHORITY).read_bytes()
    assert (private / BROKER).read_bytes().count(b"PRIVATE KEY") == 2  # the one of the broker: its beginning and end
    assert stat.S_IMODE((private / BROKER).stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("names", "later", "anew"),
    [
        (NAMES, timedelta(days=300), False),
        (NAMES, VALID - RENEW_BEFORE + timedelta(days=1), True),
        (["kafka"], timedelta(0), True),
    ],
    ids=["good", "old", "other names"],
)
def test_what_is_there_and_good_stays(
    places: tuple[Path, Path], names: list[str], later: timedelta, anew: bool
) -> None:
    make(*places, NAMES, NOW)
    assert make(*places, names, NOW + later) is anew


@pytest.mark.parametrize("file", [BROKER, AUTHORITY])
def test_a_file_that_is_lost_or_cut_short_is_made_anew_with_the_other(places: tuple[Path, Path], file: str) -> None:
    make(*places, NAMES, NOW)
    path = next(place / file for place in places if (place / file).exists())
    path.write_bytes(path.read_bytes()[:100])
    assert make(*places, NAMES, NOW)
    path.unlink()
    assert make(*places, NAMES, NOW)
    verified(*places, "kafka", NOW)


def test_the_command_line_says_what_it_did(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    main([*map(str, places), "kafka"])
    main([*map(str, places), "kafka"])
    assert capsys.readouterr().out.splitlines() == [
        "certificates for kafka: made",
        "certificates for kafka: there, and left as they are",
    ]
    with pytest.raises(SystemExit, match="DIRECTORY AUTHORITY_DIRECTORY NAME"):
        main(["here"])
