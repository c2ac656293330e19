"""Static tokens for callers over HTTP: the token for its bearer, its hash for the file of the services."""

from collections.abc import Sequence

from kernel.identity import tokens
from operations.errors import InvalidRequest


def new_token(
    name: str, roles: Sequence[str], contributors: Sequence[str], expires: str | None = None
) -> tuple[str, str]:
    """A token, and the line of the tokens' file with which services accept it.

    Raises:
        InvalidRequest: a line cannot hold one of the values; the message says which and what to write instead.
    """
    token = tokens.new_token()
    try:
        return token, str(tokens.line_of(name, token, roles, contributors, expires))
    except ValueError as fault:
        raise InvalidRequest(f"No token was made for {name!r}: {fault}.") from fault
