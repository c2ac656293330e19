"""Whom an identity provider vouches for: people who sign in to pages, and who shows an access token."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import httpx

from tests.access.conftest import ONE_STATE, WITH_PAGES, Whole
from tests.access.requests import Sample
from tests.kernel.code_flow_browser import OWN, onward
from tests.sign_in_provider import path_of

HOLDER, PERSON = "holder of an access token", "person who has signed in"
"""Each is a reader of one State, as their claims and the configuration say."""
VOUCHED_FOR: Final = (HOLDER, PERSON)


def shows(principal: str, service: str, route: str) -> tuple[str, str] | None:
    """The role and the State that the principal shows; None where a session counts for nothing.

    A session is one of a service's own pages, and reads alone.
    """
    is_read = service in WITH_PAGES and route.startswith("GET ")
    return ("reader", ONE_STATE) if principal == HOLDER or (principal == PERSON and is_read) else None


@dataclass(frozen=True)
class People:
    """Signs in at the provider as a browser does."""

    whole: Whole

    def begin(self) -> dict[str, str]:
        """The fields of the form that begins."""
        return {"issuer": self.whole.provider.url, "next": "/"}

    def led_back(self, service: str) -> Sample:
        """What a browser asks of the service when it is signed in at the provider, and comes back."""
        begun = httpx.post(f"{self.whole.system.url(service)}/sign-in/provider", data=self.begin(), headers=OWN)
        cookie = begun.headers["set-cookie"].partition(";")[0]
        path, _, query = path_of(httpx.get(onward(begun)).headers["location"]).partition("?")
        return Sample(path, dict(parse_qsl(query)), {"Cookie": cookie}, holds="You are signed in")

    def session(self, service: str) -> str:
        """The cookie of a new session."""
        back = self.led_back(service)
        url = f"{self.whole.system.url(service)}{back.path}"
        answer = httpx.get(url, params=dict(back.params), headers=dict(back.headers))
        cookies = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
        return next(one for one in cookies if "-begun=" not in one)

    def token(self) -> str:
        """An access token, as RFC 9068 has it."""
        return self.whole.provider.keys.token()
