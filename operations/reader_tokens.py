"""Tokens for readers of the archive's content: the token for the reader, its hash for the readers' file."""

import secrets
from hashlib import sha256

from operations.errors import InvalidRequest
from services.audit.http import access


def new_token(name: str) -> tuple[str, str]:
    """A token, and the line of the readers' file with which the audit service accepts it.

    Raises:
        InvalidRequest: the name has characters that a line cannot hold.
    """
    token = secrets.token_urlsafe(32)
    line = f"{name} {sha256(token.encode()).hexdigest()}"
    try:
        access.named(line)
    except access.MalformedReadersFile as error:
        raise InvalidRequest(f"{name!r} is no name: use letters, digits and . _ @ -") from error
    return token, line
