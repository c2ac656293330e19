"""The address of a database, in the form that each driver accepts.

An address is a URL as libpq defines it (PostgreSQL's documentation, "Connection URIs"), with several hosts in either
form: `postgresql://u@h1:5432,h2:5432/db` or `postgresql://u@/db?host=h1,h2&port=5432,5432`. The drivers support
different parts of that, so it is parsed here once: libpq and psycopg get the second form, and asyncpg one host at a
time, since it would spend the time for all hosts on the first silent one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg

CONNECT_S: Final = 3
"""How long each of several hosts may take, unless the address sets `connect_timeout`."""
_LIBPQ: Final = frozenset(option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults())
_ASYNCPG: Final = frozenset(
    (
        "application_name", "gsslib", "krbsrvname", "options", "passfile", "service", "ssl_max_protocol_version",
        "ssl_min_protocol_version", "sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword",
        "sslrootcert", "target_session_attrs",
    )
)  # fmt: skip
"""The libpq parameters that asyncpg knows; it treats all others as server settings."""

ConnectArguments: TypeAlias = dict[str, Any]
"""`Any`: keywords of `asyncpg.connect`, each of a different type that has no name."""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed database address. None stands for the driver's default."""

    hosts: tuple[tuple[str, str | None], ...]
    user: str | None
    password: str | None = field(repr=False)
    database: str | None
    more: Mapping[str, str] = field(repr=False)
    """Parameters by name, including server settings."""

    @property
    def url(self) -> str:
        """The URL for libpq and psycopg: hosts as parameters."""
        query = {name: text for name, text in self.more.items() if name in _LIBPQ}
        settings = [f"-c {name}={_escaped(text)}" for name, text in self.more.items() if name not in _LIBPQ]
        if settings:
            query["options"] = " ".join([*filter(None, [query.get("options")]), *settings])
        if self.hosts:
            query["host"] = ",".join(host for host, _ in self.hosts)
            if any(port for _, port in self.hosts):
                query["port"] = ",".join(port or "" for _, port in self.hosts)
        if len(self.hosts) > 1:
            query = {"connect_timeout": str(CONNECT_S), "target_session_attrs": "primary"} | query
        login = ""
        if self.user is not None:
            login = quote(self.user, safe="") + (f":{quote(self.password, safe='')}" if self.password else "") + "@"
        return f"postgresql://{login}/{quote(self.database or '', safe='')}?{urlencode(query, quote_via=quote)}"

    def attempts(self) -> Iterator[ConnectArguments]:
        """The arguments for asyncpg, for each host in turn."""
        timeout = self.more.get("connect_timeout", "")
        given = {name: text for name, text in self.more.items() if name in _ASYNCPG or name not in _LIBPQ}
        if len(self.hosts) > 1:
            given.setdefault("target_session_attrs", "primary")
        wait_s = int(timeout) if timeout.isdigit() and int(timeout) else CONNECT_S if len(self.hosts) > 1 else None
        common: ConnectArguments = {
            "dsn": f"postgresql:///?{urlencode(given, quote_via=quote)}",
            "user": self.user,
            "password": self.password,
            "database": self.database,
            **({"timeout": wait_s} if wait_s else {}),
        }
        for host, port in self.hosts or ((None, None),):
            yield common | {"host": host, "port": int(port) if port else None}

    def to(self, database: str) -> str:
        """The address of another database of the same server."""
        return Address(self.hosts, self.user, self.password, database, self.more).url

    def as_role(self, user: str, password: str, database: str) -> str:
        """The address of a database of the same server for another role."""
        return Address(self.hosts, user, password, database, self.more).url


def address(url: str) -> Address:
    """Parse an address; an error message quotes nothing of it, because it holds a password.

    Raises:
        ValueError: it is not an address.
    """
    try:
        return _read(url)
    except (ValueError, UnicodeError) as fault:
        problem = "FORCEGEN_DATABASE_URL or --database is no address of a database"
        raise ValueError(f"{problem} ({fault}): write postgresql://user:password@host:5432/database") from None


def _read(url: str) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("it does not begin with postgresql://")
    login, at, hosts = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    more = dict(parse_qsl(parts.query, keep_blank_values=True))
    ports = more.pop("port", "")
    given = [_host(each) for each in (hosts or more.pop("host", "")).split(",") if each]
    more.pop("host", None)
    return Address(
        hosts=_with_ports(given, ports.split(",") if ports else []),
        user=unquote(user) if at and user else more.pop("user", None),
        password=unquote(password) if colon else more.pop("password", None),
        database=unquote(parts.path.removeprefix("/")) or more.pop("dbname", None) or more.pop("database", None),
        more=more,
    )


def _host(text: str) -> tuple[str, str | None]:
    """A name, an IPv6 address with or without brackets, or the directory of a socket; with or without a port."""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("an IPv6 address is not closed")
        port = rest[1:]
    elif text.count(":") > 1 or text.startswith("/"):
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    return unquote(host), _checked(port) or None


def _with_ports(hosts: list[tuple[str, str | None]], ports: list[str]) -> tuple[tuple[str, str | None], ...]:
    """Pair hosts with ports: a single port applies to every host, several apply to one each."""
    if not ports:
        return tuple(hosts)
    if not hosts:
        hosts = [("localhost", None)]
    if len(ports) not in (1, len(hosts)):
        raise ValueError("there are not as many ports as hosts")
    per_host = ports * len(hosts) if len(ports) == 1 else ports
    return tuple((host, port or _checked(other) or None) for (host, port), other in zip(hosts, per_host, strict=True))


def _checked(port: str) -> str:
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65_535):
        raise ValueError("a port is no number up to 65535")
    return port


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(" ", "\\ ")
