"""The long search: `make hostile SEEDS=10`. One seed after the other on one system, and a table at the end."""

import argparse
import secrets
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.hostile.checks import archive
from tests.hostile.generate import Parcel
from tests.hostile.run import PROCESSES, Report, Runs
from tests.servers import provided_servers
from tests.system import prepared_system

SHOWN_MAX, SHOWN_CHARACTERS_MAX = 40, 400


def main() -> int:
    """Run it; 0 where nothing was found."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the processes that were started end with this one
    arguments = _arguments()
    first = arguments.seed if arguments.seed is not None else secrets.randbelow(10**9)

    def keep(parcel: Parcel) -> bool:
        named = {parcel.twist, parcel.codec, *(one.kind for one in parcel.records)}
        if arguments.decodable and not decodable(parcel):
            return False
        return not named & {*arguments.without} and (not arguments.only or bool(named & {*arguments.only}))

    reports: list[Report] = []
    with (
        tempfile.TemporaryDirectory(prefix="forcegen-hostile-") as place,
        provided_servers(Path(place) / "servers") as servers,
    ):
        logs = Path(arguments.logs or place)
        with prepared_system(servers, logs) as system:
            system.start(*PROCESSES)
            runs = Runs(system)
            for seed in range(first, first + arguments.seeds):
                report = runs.run(
                    seed,
                    hostile_number=arguments.hostile,
                    honest_number=arguments.honest,
                    per_second=arguments.per_second,
                    keep=keep,
                )
                reports.append(report)
                print(report, flush=True)  # noqa: T201
                for breach in report.wrong[:SHOWN_MAX]:
                    print("   ", breach[:SHOWN_CHARACTERS_MAX], flush=True)  # noqa: T201
                if report.wrong and not arguments.go_on:
                    break
            after = [*runs.restart(), *archive.books(system, runs.sent)]
    for breach in after:
        print("    afterwards:", breach)  # noqa: T201
    print(summary(reports))  # noqa: T201
    is_late = max(report.delay for report in reports).seconds > arguments.delay_max
    return 1 if after or is_late or any(report.wrong for report in reports) else 0


def summary(reports: list[Report]) -> str:
    """One table of what was tried and what was found; each run counts what those before it sent as well."""
    last, lost = reports[-1], [one for report in reports for one in report.wrong if one.startswith("honest")]
    memory = ", ".join(f"{name} {used / 1e6:.0f}" for name, used in sorted(last.memory_bytes.items()))
    rows = {
        "seeds": ", ".join(str(report.seed) for report in reports),
        "hostile records": last.hostile,
        "batches that the broker itself refused": sum(last.refused.values()),
        "honest commands": last.honest,
        "of these lost, doubled or unanswered": len(lost),
        "other breaches": sum(len(report.wrong) for report in reports) - len(lost),
        "longest delay behind a hostile neighbour": str(max(report.delay for report in reports)),
        "most memory, MB": memory,
        "duration": f"{sum(report.seconds for report in reports):.0f} s",
    }
    kinds = Counter(last.kinds).most_common()
    return "\n".join(
        ["", *(f"{name:42} {value}" for name, value in rows.items()), f"{'kinds':42} {dict(kinds)}", str(last.refused)]
    )


def decodable(parcel: Parcel) -> bool:
    """Whether every client library could read it."""
    if parcel.twist != "none":
        return False
    try:
        for one in parcel.records:
            for name, _ in one.raw.headers:
                name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many runs")
    parser.add_argument("--seed", type=int, help="the first one; by chance where none is given")
    parser.add_argument("--hostile", type=int, default=2_200, help="hostile records of one run")
    parser.add_argument("--honest", type=int, default=2_000, help="honest commands of one run")
    parser.add_argument("--per-second", type=float, help="records sent a second; as fast as can be where none is given")
    parser.add_argument("--delay-max", type=float, default=2.0, help="seconds behind a hostile neighbour that may pass")
    parser.add_argument("--without", nargs="*", default=(), help="kinds of records, codecs or twists to leave out")
    parser.add_argument("--only", nargs="*", default=(), help="kinds of records, codecs or twists to send alone")
    parser.add_argument("--decodable", action="store_true", help="leave out what a client library cannot decode")
    parser.add_argument("--go-on", action="store_true", help="do not stop at the first run that found something")
    parser.add_argument("--logs", help="a folder to keep the processes' logs in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
