"""Every route of every service: what asks for it, and how a running service answers each kind of caller."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import httpx

from contracts.deployments import TourPlanned
from contracts.examples import EXAMPLES
from contracts.registry import type_name
from contracts.words import Command
from kernel.http.permits import KERNEL, routes_of
from kernel.http.sign_in import PERMITS
from services.audit.http.permits import AUDIT
from services.reporting.http.permits import QUERY
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.routes import ROUTES, TWINS
from services.reporting.reports.catalogue import REPORTS
from tests.access.conftest import EXPIRED, ONE_STATE, TOKENS, WITH_PAGES, Whole, hold_an_event, token_of
from tests.access.pairs import REFUSED, WORKS, Attempt, Door
from tests.access.people import HOLDER, PERSON, VOUCHED_FOR, People, shows
from tests.access.requests import Answer, Requests, Sample
from tests.documents import APPS
from tests.scope import histories
from tests.scope.test_http import OUR_TOUR, REQUIRED
from tests.system import BEARER, RunningSystem

PAGE: Final = Path(__file__).parents[2] / "docs/reference/permits.md"
ROW: Final = re.compile(r"\| `((?:GET|POST) [^`]+)` \| ([a-z, ]+) \| ([a-zA-Z ]*) \|")
SECTIONS: Final = {
    "Every service": ("approvals", "vacancies", "deployments", "reporting", "query", "audit"),
    "Pages": ("query", "audit"),
    "The archive": ("audit",),
    "The query API": ("query",),
}
"""The sections of the page, and which services have their routes."""
APP_OF: Final = {"audit": "archive"}
"""Names of `tests.documents`, where they differ."""
NOBODY, STRANGER = "nobody", "holder of an unknown token"
UNKNOWN: Final = (NOBODY, STRANGER, EXPIRED)
PRINCIPALS: Final = (*UNKNOWN, *TOKENS, *VOUCHED_FOR)
TYPES: Final = {
    "approvals": "ProposeMandate",
    "vacancies": "SubmitApplication",
    "deployments": "RecordOfficialStatement",
}
"""A command of each service that the State itself may send."""
REASON: Final = "It came of a mistake."
_LINE: Final = histories.ids("alpha")["lines"]
_OURS: Final = histories.ids("alpha")
_PAGES: Final = {
    **{f"/{name}": f"/{name}" for name in SHEETS if f"/{name}" in ROUTES and name != "events"},
    **{"/missions/{mission}": "/missions/MINURSO", "/lines/{mandate}/{line}": f"/lines/{_LINE}"},
    **{"/tours/{mandate}/{line}/{tour}": f"/tours/{OUR_TOUR}", "/mandates/{mandate}": f"/mandates/{_OURS['mandates']}"},
    **{f"/{name}/{{{name[:-1]}}}": f"/{name}/{_OURS[name]}" for name in ("applications", "units")},
    **{"/vacancies/{vacancy}": f"/vacancies/{_OURS['vacancies']}"},
    **{"/nominations/{vacancy}/{nomination}": f"/nominations/{_OURS['nominations']}"},
    **{"/people/{candidate}": f"/people/{_OURS['candidates']}"},
}


def table() -> dict[str, dict[str, list[str]]]:
    """What the page says, by service and route: who may use it."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    rows = [
        (service, *row.groups())
        for section in sections
        for service in SECTIONS[section.partition("\n")[0]]
        for row in ROW.finditer(section)
    ]
    return {
        f"{service}: {route}": {
            who: ["use"] for who in PRINCIPALS if _may_use(_shown(who, service, route), roles, states)
        }
        for service, route, roles, states in rows
        if route not in KERNEL or route in _routes_of(service)
    }


def _shown(principal: str, service: str, route: str) -> tuple[str, str] | None:
    """The role and the States of whoever asks; None where nothing that counts is shown."""
    return TOKENS.get(principal) or shows(principal, service, route)


def _may_use(shown: tuple[str, str] | None, roles: str, rows: str) -> bool:
    if roles == "everybody" or shown is None:
        return roles == "everybody"
    role, states = shown
    return role in roles.split(", ") and (states != ONE_STATE or rows == "its States")


def _routes_of(service: str) -> list[str]:
    return [f"{method} {path}" for method, path in routes_of(APPS[APP_OF.get(service, service)])]


@dataclass
class Callers:
    """Every kind of caller of a running system, and what they need to ask for."""

    whole: Whole
    http: Requests
    place: str = ""
    """Of a record in the archive."""
    held: dict[str, str] = field(default_factory=dict)
    """By service, the place of an event that one operator has proposed to drop."""
    led_back: dict[tuple[str, str], Sample] = field(default_factory=dict)
    """By service and principal, how a browser comes back from the provider at which it has signed in."""
    sessions: dict[str, str] = field(default_factory=dict)
    """By service, the cookie of a person who has signed in."""

    @property
    def people(self) -> People:
        return People(self.whole)

    @cached_property
    def _access_token(self) -> str:
        return self.people.token()

    @property
    def system(self) -> RunningSystem:
        return self.whole.system

    def sample(self, service: str, route: str, principal: str) -> Sample:
        """The request for a route. The one of a new route is added here."""
        command_id = f"sent-by-{principal.replace(' ', '-')}"
        status_of_answer = (
            404 if principal == "operator of one State" else 200
        )  # it may ask, and others' answers are not for it
        if route == "POST /v1/commands":
            return self._command(service, command_id)
        special: dict[str, Sample] = {
            "GET /static": Sample("/static/pages.css"),
            "GET /docs/assets": Sample("/docs/assets/api.js"),
            "GET /v1/commands": Sample("/v1/commands", {"id": command_id}, status=status_of_answer),
            "GET /v1/commands/{command_id:path}": Sample(f"/v1/commands/{command_id}", status=status_of_answer),
            "POST /v1/held/drop": self._drop(service),
            "POST /sign-in": self._form({"token": token_of("reader of every State")}),
            "GET /sign-in/callback": self.led_back.get((service, principal), Sample("/sign-in/callback")),
            "POST /sign-in/provider": self._begin(),
            "POST /sign-out": replace(self._form({}), path="/sign-out"),
            **self._archive(),
            **_QUERIES,
        }
        return special.get(route) or Sample(route.partition(" ")[2])

    def _command(self, service: str, id_: str) -> Sample:
        if service not in TYPES:
            return Sample("/v1/commands")
        example = next(e for e in EXAMPLES if isinstance(e, Command) and type(e).__name__ == TYPES[service])
        own = {"approvals": "mandate", "vacancies": "application", "deployments": "statement"}[service]
        example = example.model_copy(update={own: id_.lower()})
        body = {"specversion": "1.0", "id": id_, "source": "urn:mfa:kz", "type": type_name(type(example))}
        body |= {"time": "2014-07-01T00:00:00Z", "subject": example.stream, "datacontenttype": "application/json"}
        content = json.dumps(body | {"data": example.model_dump(mode="json")})
        return Sample("/v1/commands", headers={"Content-Type": "application/cloudevents+json"}, content=content)

    def _drop(self, service: str) -> Sample:
        """As the second operator, for the reason that the first one gave."""
        params = {"at": self.held.get(service, "approvals.events/0/0"), "reason": REASON}
        return Sample("/v1/held/drop", params, holds='"state":"dropped"')

    def _begin(self) -> Sample:
        """Signing in by the provider, which the page leads on to."""
        form = self._form(self.people.begin())
        return replace(form, path="/sign-in/provider", status=200, holds=f"{self.whole.provider.url}/authorize")

    def _form(self, fields: Mapping[str, str]) -> Sample:
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        return Sample("/sign-in", headers=headers, content=str(httpx.QueryParams(dict(fields))), status=303)

    def _archive(self) -> dict[str, Sample]:
        return {
            "GET /messages/{place:path}": Sample(f"/messages/{self.place}"),
            "GET /checkpoints/{path:path}": Sample("/checkpoints/0"),
            "GET /tile/entries/{path:path}": Sample("/tile/entries/000.p/1"),
            "GET /tile/{path:path}": Sample("/tile/0/000.p/1"),
            "GET /v1/proofs/inclusion": Sample("/v1/proofs/inclusion", {"leaf": "0", "size": "1"}),
            "GET /v1/proofs/consistency": Sample("/v1/proofs/consistency", {"old": "0", "size": "1"}),
            "GET /records/{path:path}": Sample("/records/000.p/1"),
            "GET /v1/bundles/{topic}/{partition}/{offset}": Sample(f"/v1/bundles/{self.place}"),
            "GET /v1/causes": Sample("/v1/causes", {"at": self.place}),
            "GET /v1/anchors": Sample("/v1/anchors", {"position": self.place}),
        }

    def listed(self) -> set[str]:
        """Every route that a running process has: those of its app, and whatever of all tables it answers."""
        every = {*KERNEL, *PERMITS, *AUDIT, *QUERY}
        services = SECTIONS["Every service"]
        own = {f"{service}: {route}" for service in services for route in _routes_of(service)}
        others = sorted({f"{service}: {route}" for service in services for route in every} - own)
        answers = self.http.together(lambda one: self._sent(one, NOBODY)[1].status, others)
        return own | {one for one, status in zip(others, answers, strict=True) if status not in (404, 405)}

    def answers(self, door: Door) -> dict[Attempt, str]:
        """What became of each attempt; who sends commands does so first, and reads the answers."""
        attempts = sorted(door.attempts(), key=lambda one: ("POST" not in one[0], one))
        sending = [one for one in attempts if "POST" in one[0]]
        became: dict[Attempt, str] = {}
        for batch in (sending, attempts[len(sending) :]):
            self._prepare(batch)
            answers = self.http.together(lambda one: self._tried(one, door.allows(one)), batch)
            became |= dict(zip(batch, answers, strict=True))
        return became

    def _prepare(self, batch: list[Attempt]) -> None:
        """Before an event is dropped it is held; before anything of the archive is asked for, something is in it."""
        self.sessions = {service: self.people.session(service) for service in WITH_PAGES}  # some sign out
        if any("POST" in one[0] for one in batch):
            self._propose_drops()
            return
        for object_, principal, _ in batch:
            if object_.endswith("GET /sign-in/callback"):
                service = object_.partition(":")[0]
                self.led_back[service, principal] = self.people.led_back(service)
        for service in TYPES:  # an operator reads every answer: the one that it is asked for is on record
            for who in (one for one in TOKENS if TOKENS[one][0] == "operator"):
                sample = self._command(service, f"sent-by-{who.replace(' ', '-')}")
                self.http.send(self.system.ports[service], "POST", sample, BEARER)
        items = self._until_listed("audit", "/v1/messages")
        self.place = "{topic}/{part}/{offset}".format(**items[-1])

    def _until_listed(self, service: str, path: str) -> list[dict[str, object]]:
        """The items of a list, once there are some."""
        deadline = time.monotonic() + 60
        while True:
            answer = self.http.send(self.system.ports[service], "GET", Sample(path), BEARER)
            items: list[dict[str, object]] = json.loads(answer.text)["items"]
            if items:
                return items
            assert time.monotonic() < deadline, f"{service}: nothing in {path}"
            time.sleep(0.1)

    def _propose_drops(self) -> None:
        """Each service that decides holds an event, and a first operator has proposed to drop it."""
        hold_an_event(self.whole.admin)
        for service in TYPES:
            self.held[service] = "{topic}/{partition}/{offset}".format(**self._until_listed(service, "/v1/held")[0])
            answer = self.http.send(self.system.ports[service], "POST", self._drop(service), BEARER)
            assert '"state":"proposed"' in answer.text, answer.text

    def _tried(self, attempt: Attempt, is_allowed: bool) -> str:
        object_, principal, _ = attempt
        sample, answer = self._sent(object_, principal)
        if answer.status == sample.status and (not sample.holds or sample.holds in answer.text):
            return WORKS
        service, _, route = object_.partition(": ")
        refusal = 403 if _shown(principal, service, route) else 401
        is_refusal = answer.status == refusal and "problem+json" in answer.media_type
        return REFUSED if is_refusal and not is_allowed else f"{answer.status} {answer.text[:300]}"

    def _sent(self, object_: str, principal: str) -> tuple[Sample, Answer]:
        service, _, route = object_.partition(": ")
        sample = self.sample(service, route, principal)
        shown = self._credentials(principal, service)
        cookies = [headers["Cookie"] for headers in (sample.headers, shown) if "Cookie" in headers]
        shown |= {"Cookie": "; ".join(cookies)} if cookies else {}
        return sample, self.http.send(self.system.ports[service], route.partition(" ")[0], sample, shown)

    def _credentials(self, principal: str, service: str) -> dict[str, str]:
        if principal == NOBODY:
            return {}
        if principal == PERSON:
            return {"Cookie": self.sessions.get(service, "forcegen=none")}
        token = self._access_token if principal == HOLDER else token_of(principal)
        return {"Authorization": f"Bearer {token}"}


def _queries() -> dict[str, Sample]:
    ids = {
        **histories.ids("alpha"),
        "missions": "MINURSO",
        "frameworks": f"{histories.ids('alpha')['mandates']}/MINURSO",
    }
    items = {f"GET /v1/{name}/{{item:path}}": Sample(f"/v1/{name}/{id_}") for name, id_ in ids.items()}
    reports = {f"GET /v1/reports/{name}": Sample(f"/v1/reports/{name}", given) for name, given in REQUIRED.items()}
    of_two = {name: {"before_as_of": "2014-10-01", **REQUIRED.get(name, {})} for name in REPORTS}
    reports |= {f"GET /v1/reports/{r}/compare": Sample(f"/v1/reports/{r}/compare", of_two[r]) for r in REPORTS}
    pages = {
        f"GET {route}{suffix}": Sample(f"{path}{suffix}") for route, path in _PAGES.items() for suffix in ("", *TWINS)
    }
    pages |= {f"GET /events{suffix}": Sample(f"/events{suffix}", {"tour": OUR_TOUR}) for suffix in ("", *TWINS)}
    event = histories.id_of(histories.log(), TourPlanned, histories.OURS)
    pages |= {f"GET /events/{{event}}{suffix}": Sample(f"/events/{event}{suffix}") for suffix in ("", *TWINS)}
    return {
        **items,
        **reports,
        **pages,
        "GET /v1/reports/{name}": Sample("/v1/reports/none", status=404, holds=", ".join(REPORTS)),
        "GET /lines/{mandate}/{line}/occupancy.svg": Sample(f"/lines/{_LINE}/occupancy.svg"),
        "GET /strength.svg": Sample("/strength.svg"),
    }


_QUERIES: Final = _queries()
