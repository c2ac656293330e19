"""Starts one server as a daemon: `python -I -S launch.py LOG USER PLACE COMMAND...`, prints its process id.

Run in a separate session, it forks and exits, so that the server is not a child of its starter: a Ctrl-C at the
terminal does not reach it, and its starter has no zombie to reap. Runs standalone, imports nothing of ours.
"""

import os
import sys

# A server gets nothing of the caller's environment: no proxy, no JAVA_TOOL_OPTIONS, no PG* setting.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


def main() -> None:
    log, user, place, *command = sys.argv[1:]
    child = os.fork()
    if child:
        os.write(1, f"{child}\n".encode())
        os._exit(0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if user != "-":
        uid, gid = map(int, user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    try:
        os.chdir(place)
        os.execve(command[0], command, ENVIRONMENT)  # noqa: S606 - no shell, and the command is ours
    except OSError as error:
        os.write(2, f"{command[0]}: {error}\n".encode())
        os._exit(127)


if __name__ == "__main__":
    main()
