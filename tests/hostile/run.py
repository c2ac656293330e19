"""One run: hostile records among honest commands through a real system, and what was found wrong afterwards."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.foreign import Client
from tests.hostile import honest, views
from tests.hostile.checks import answers, archive, processes, rest, sources
from tests.hostile.checks.delay import Delay, longest_delay
from tests.hostile.generate import Parcel, bombs, parcels
from tests.hostile.send import UNDECODABLE, Sender, Sent
from tests.system import RunningSystem

MEMORY_MAX_BYTES = 400_000_000
PER_STORY = 2 + 3 * honest.TOURS
PROCESSES = ("approvals", "vacancies", "deployments", "reporting", "audit", "query")


@dataclass
class Report:
    """What a run tried, and what did not hold."""

    seed: int
    hostile: int = 0
    honest: int = 0
    wrong: list[str] = field(default_factory=list)
    delay: Delay = field(default_factory=Delay)
    seconds: float = 0.0
    memory_bytes: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        name, most = max(self.memory_bytes.items(), key=lambda each: each[1], default=("nobody", 0))
        tried = f"seed {self.seed}: {self.hostile} hostile among {self.honest} honest, {len(self.wrong)} wrong"
        cost = f"{most / 1e6:.0f} MB ({name}), {self.seconds:.0f} s"
        return f"{tried}, {self.delay}, {cost}"


class Runs:
    """Runs on one system, one after the other; what one sent, the next checks again."""

    def __init__(self, system: RunningSystem) -> None:
        self.system = system
        self.sent = Sent()
        Client(system.servers.kafka).send(honest.ground())

    def run(
        self,
        seed: int,
        *,
        hostile_number: int,
        honest_number: int,
        per_second: float | None = None,
        keep: Callable[[Parcel], bool] = lambda _: True,
    ) -> Report:
        """Send, wait for rest, check all of it."""
        started = time.monotonic()
        self._send(seed, hostile_number, honest_number, per_second, keep)
        report = Report(seed, len(self.sent.placed), sum(self.sent.times.values()), refused=dict(self.sent.refused))
        report.kinds = dict(Counter(one.kind for one in self.sent.placed.values()))
        records = sources.broker_records(self.system)
        report.wrong += rest.rest(self.system, records, self.sent)
        rested, since = processes.ends_of_logs(self.system), time.monotonic()
        records = sources.broker_records(self.system)
        answers_of = {service: answers.answers(self.system, service) for service in sources.SERVICES[:3]}
        report.delay = longest_delay(answers_of, records, self.sent)
        for breaches in (
            answers.decided(answers_of, self.sent),
            answers.accounted(self.system, answers_of, self.sent),
            answers.published(self.system, records, self.sent),
            archive.archived(self.system, records),
            views.shown(self.system, records, self.sent),
            views.parked(self.system),
            processes.healthy(self.system, 0.0 if report.wrong else processes.READY_S),
            processes.calm(self.system, rested, since),
        ):
            report.wrong += breaches
        self.system.note_memory()
        report.memory_bytes = dict(self.system.memory_peak_bytes)
        report.wrong += [
            f"{name} took {used / 1e6:.0f} MB" for name, used in report.memory_bytes.items() if used > MEMORY_MAX_BYTES
        ]
        report.seconds = time.monotonic() - started
        return report

    def _send(
        self,
        seed: int,
        hostile_number: int,
        honest_number: int,
        per_second: float | None,
        keep: Callable[[Parcel], bool],
    ) -> None:
        chance = Random(seed)  # noqa: S311
        events = honest.commands(f"r{seed}", honest_number)
        stories = [events[nr : nr + PER_STORY] for nr in range(0, len(events), PER_STORY)]
        kept = [parcel for parcel in parcels(seed, hostile_number) if keep(parcel)]
        order = [True] * len(kept) + [False] * len(stories)
        chance.shuffle(order)
        sender = Sender(self.system.servers.kafka, self.system.url, seed)
        sender.sent = self.sent
        stories_left, parcels_left = iter(enumerate(stories)), iter(kept)
        begun, done = time.monotonic(), 0
        try:
            for is_hostile in order:
                if is_hostile:
                    parcel = next(parcels_left)
                    sender.parcel(parcel)
                    done += len(parcel.records)
                else:
                    nr, story = next(stories_left)
                    sender.story(nr, story)
                    done += len(story)
                if per_second is not None:
                    time.sleep(max(0.0, begun + done / per_second - time.monotonic()))
            if keep(UNDECODABLE):
                sender.crowds(f"r{seed}-crowd")
            sender.alone(parcel for parcel in bombs() if keep(parcel))
            sender.taken_back(stories[-1:])
        finally:
            sender.close()

    def restart(self) -> list[str]:
        """Every process ended and started again; what is wrong then."""
        for name in PROCESSES:
            self.system.processes[name].terminate()
        for name in PROCESSES:
            self.system.processes[name].wait(60)
        try:
            self.system.start(*PROCESSES)
        except AssertionError as fault:
            return [f"after a restart: {fault}"]
        return list(processes.healthy(self.system))
