"""`forcegen kafka`: what the brokers let whom do, compared with what the system needs, and made so."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Bootstrap, Directory
from cli.lazy import at_first_use
from cli.output.errors import FAILED, WRONG_USAGE, CommandError
from cli.output.options import Json, print_json
from deploy.local.kafka_logins import ADMIN
from operations.kafka_users import RegisteredProducer

with at_first_use():
    from cli.connect import brokers
    from operations import producers, provision_kafka

Check = Annotated[bool, typer.Option("--check", help="Show the difference and change nothing; the default.")]
Apply = Annotated[bool, typer.Option("--apply", help="Add what is missing, and remove what is not in the table.")]
Producers = Annotated[
    list[str] | None,
    typer.Option(
        "--producer",
        metavar="USER=TOPIC",
        help="Where there is no register: a producer's user and a topic it may write; may be repeated.",
    ),
]
RegisterFile = Annotated[
    Path | None,
    typer.Option(
        "--producers",
        metavar="FILE",
        envvar="FORCEGEN_PRODUCERS",
        help="The register of producers, signed: each one's users may write the topics that it gives them.",
    ),
]
Operators = Annotated[
    str | None,
    typer.Option(
        "--operators", envvar="FORCEGEN_PRODUCERS_OPERATORS", help="The operators' keys that sign it, comma separated."
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="USER", help="Leave this user's ACLs alone, e.g. an exporter's; may be repeated."),
]

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Kafka's users and rights, for its administrator."
)


@commands.command()
def acls(  # noqa: PLR0913  (an option each)
    bootstrap: Bootstrap = None,
    directory: Directory = USUAL,
    register: RegisterFile = None,
    operators: Operators = None,
    producer: Producers = None,
    keep: Keep = None,
    *,
    check: Check = False,
    apply: Apply = False,
    as_json: Json = False,
) -> None:
    """Compare the cluster's ACLs with those that the services need, and apply the difference.

    An ACL concerns this system if it is one of a service's, a producer's or a tool's, or opens one of its topics,
    groups or transactional ids to somebody else. All others are left alone. Log in as an administrator, with
    FORCEGEN_KAFKA_…. A producer that left the register, or whose keys are all over and that has no topic of its own,
    has no rights; what it sent is still read.

    \b
    Examples:
      forcegen kafka acls --check
      forcegen kafka acls --apply --bootstrap k1:9094 --producers producers.txt
      forcegen kafka acls --check --keep kafka-exporter
    \b
    Exit codes: 0 nothing differs, or the difference was applied; 1 something differs, or the brokers refuse or do not
    answer; 2 the command line is wrong.
    """
    if check and apply:
        raise CommandError("--check changes nothing and --apply does: give one of them.", WRONG_USAGE)
    at, registered = (
        brokers.kafka(bootstrap, directory, ADMIN),
        registered_producers(producer or [], register, operators),
    )
    if apply:
        _show(asyncio.run(provision_kafka.apply_acls(at, registered, keep or [])), "added", "removed", as_json=as_json)
        return
    differs = asyncio.run(provision_kafka.compare_acls(at, registered, keep or []))
    _show(differs, "missing", "superfluous", as_json=as_json)
    if differs:
        raise typer.Exit(FAILED)


@commands.command()
def provision(
    bootstrap: Bootstrap = None,
    directory: Directory = USUAL,
    register: RegisterFile = None,
    operators: Operators = None,
    producer: Producers = None,
) -> None:
    """Make the topics, set the users' passwords, and apply the ACLs. May be repeated; run it before the services start.

    The password of a user is FORCEGEN_<USER>_KAFKA_PASSWORD, or in the file that FORCEGEN_<USER>_KAFKA_PASSWORD_FILE
    names; a user without one is left as it is. Log in as an administrator (FORCEGEN_KAFKA_…).

    \b
    Examples:
      forcegen kafka provision --bootstrap k1:9094
      FORCEGEN_PARLIAMENT_KAFKA_PASSWORD_FILE=/run/secrets/parliament \\
        forcegen kafka provision --producers producers.txt
    \b
    Exit codes: 0 done; 1 the brokers refuse or do not answer; 2 the command line is wrong.
    """
    at, registered = (
        brokers.kafka(bootstrap, directory, ADMIN),
        registered_producers(producer or [], register, operators),
    )
    passwords = provision_kafka.given_passwords(os.environ, registered)
    differs = asyncio.run(provision_kafka.provision_kafka(at, passwords, registered))
    typer.echo(f"passwords set: {', '.join(sorted(passwords)) or 'none'}")
    _show(differs, "added", "removed", as_json=False)


def registered_producers(given: list[str], register: Path | None, operators: str | None) -> list[RegisteredProducer]:
    """The producers of the register or of the options, each user with all of its topics.

    Raises:
        CommandError: both are given, or a register whose signatures nobody can check; or an option is no USER=TOPIC.
    """
    if register is not None:
        if given:
            raise CommandError(
                f"--producer {given[0]}: with a register, who may write stands there alone.", WRONG_USAGE
            )
        if not operators:
            raise CommandError(
                f"{register} gives rights only as two operators signed it: name their keys with --operators.",
                WRONG_USAGE,
            )
        return producers.at_brokers(producers.read_register(register, operators))
    topics: dict[str, list[str]] = {}
    for text in given:
        name, _, topic = text.partition("=")
        if not name or not topic:
            raise CommandError(f"--producer {text}: write USER=TOPIC.", WRONG_USAGE)
        topics.setdefault(name, []).append(topic)
    return [RegisteredProducer(name, names) for name, names in topics.items()]


def _show(differs: "provision_kafka.AclDifference", added: str, removed: str, *, as_json: bool) -> None:
    if as_json:
        print_json({added: [str(acl) for acl in differs.missing], removed: [str(acl) for acl in differs.superfluous]})
        return
    for acl in differs.missing:
        typer.echo(f"{added}: {acl}")
    for acl in differs.superfluous:
        typer.echo(f"{removed}: {acl}")
    if not differs:
        typer.echo("The ACLs are those of the table.")
