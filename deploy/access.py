"""Who may use a local system over HTTP: one token, which `up` makes, and which commands on this machine find.

The token is in an owner-only file beside the data, as the passwords are; services read its hash only.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from deploy.local.process import write_atomically
from deploy.local.tokens import path_of_token, read_token
from kernel.identity.principal import ROLES
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import EVERY_STATE, digest_of, line_of, new_token

HASHES: Final = "tokens"
SESSION_KEY: Final = "session-key"
NAME: Final = "local"


def settings_here(directory: Path) -> Mapping[str, str]:
    """Make the token of the system in a directory unless there is one; returns the settings of its services."""
    token = read_token(directory)
    if token is None:
        token = new_token()
        write_atomically(path_of_token(directory), f"{token}\n")
    hashes = path_of_token(directory).with_name(HASHES)
    line = f"{line_of(NAME, token, sorted(ROLES), [EVERY_STATE], None)}\n"
    accepted = hashes.read_text() if hashes.exists() else ""
    if line not in accepted:  # further lines are those of the system's user, and stay
        write_atomically(hashes, accepted + line)
    key = _session_key(directory)
    return {
        "FORCEGEN_TOKENS_FILE": str(hashes),
        "FORCEGEN_QUERY_AUDIT_TOKEN": token,
        "FORCEGEN_SESSION_KEY": key,
    }


def sign_in_link(directory: Path, url: str) -> str | None:
    """The address of a service's form that signs in once, as the holder of the token of the system in a directory; None
    if there is no such token.

    Its code is in the fragment, which no browser sends: it is in no log and no history.
    """
    token = read_token(directory)
    if token is None:
        return None
    code = Sessions(_session_key(directory)).link(digest_of(token), datetime.now(UTC))
    return f"{url}/sign-in#{code}"


def _session_key(directory: Path) -> str:
    file = path_of_token(directory).with_name(SESSION_KEY)
    if not file.exists():
        write_atomically(file, f"{secrets.token_urlsafe(48)}\n")
    return file.read_text().strip()
