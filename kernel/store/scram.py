"""What Postgres stores of a password: a SCRAM-SHA-256 verifier (RFC 5802 section 3, RFC 7677), made on our side.

A statement that sets a role's password stands in the server's log, in `pg_stat_statements` and in every proxy's log. A
verifier there is of no use to log in with. libpq makes it, as `psql`'s `\\password` does: it prepares the password by
SASLprep (RFC 4013) as every client will.
"""

from psycopg import pq


def verifier(password: str) -> str:
    """The verifier, in the form that `ALTER ROLE … PASSWORD` takes; another one, with a new salt, at each call.

    Raises:
        ValueError: the password is empty: no login with it would succeed.
    """
    if not password:
        raise ValueError("A password is empty: no login with an empty password succeeds. Set one.")
    unconnected = pq.PGconn.connect_start(b"port=none")  # libpq demands a handle; this one cannot connect anywhere
    try:
        # The role's name is part of MD5's form only.
        return unconnected.encrypt_password(password.encode(), b"", b"scram-sha-256").decode()
    finally:
        unconnected.finish()
