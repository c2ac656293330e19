"""Missions on pages: what an acronym stands for, in the language of the reader; no headroom in closed ones (I8)."""

import re
from collections.abc import AsyncIterator
from datetime import date

import pytest

from services.reporting.pages import tile_answers
from services.reporting.pages.i18n import words
from services.reporting.pages.missions import known_missions, missions_called, named_mission
from services.reporting.pages.tile_answers import Known
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given

TODAY = date(2014, 12, 1)
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    """Observers to UNOCI, UNHEARD, and MINURSO, which has a ceiling of its own and closes with two of them there."""
    observers = story.OBSERVERS.model_copy(update={"missions": ("MINURSO", "UNOCI", "UNHEARD")})
    lines = (observers, story.COMPANY)
    events = [
        *(story.mission("MINURSO"), story.mission("UNOCI", "Côte d'Ivoire"), story.mission("UNHEARD", "Nowhere")),
        *(story.proposed(lines=lines), story.approved(lines=lines)),
        *(story.planned("t-1", consents_required=()), story.arrived("t-1")),
        *(story.planned("t-2", person="p-0002", consents_required=()), story.arrived("t-2")),
        story.mission_change("MINURSO", "closed", "2014-11-01"),
    ]
    async with given(postgres_dsn, events, today=TODAY) as ask:
        yield ask


async def text(ask: QueryClient, address: str) -> str:
    answer = await ask.http.get(address, headers=HTML)
    assert answer.status_code == 200, (address, answer.text)
    return answer.text


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_cards_and_the_page_of_a_mission_say_what_the_acronym_stands_for(ask: QueryClient, language: str) -> None:
    named = named_mission("UNOCI", words(language))
    assert named is not None
    overview = await text(ask, f"/overview?lang={language}")
    assert f'<p class="named">{named.name} · {named.place}</p>'.replace("'", "&#39;") in overview
    page = await text(ask, f"/missions/UNOCI?lang={language}")
    assert f"{named.name} · {named.place} · 2004–2017</p>".replace("'", "&#39;") in page
    index = await text(ask, f"/missions?lang={language}")
    assert f">{named.name}</td>".replace("'", "&#39;") in index


async def test_a_mission_that_nobody_knows_has_its_acronym_alone(ask: QueryClient) -> None:
    card = re.search(r">UNHEARD</a></p>\s*<", await text(ask, "/overview"))
    assert card
    assert "UNHEARD</abbr>" not in await text(ask, "/missions")


async def test_the_overview_has_a_map_of_missions_that_lead_to_their_pages(ask: QueryClient) -> None:
    for language in ("en", "ru"):
        page = await text(ask, f"/overview?lang={language}")
        maps = re.findall(r'<svg class="(wide|narrow)".*?</svg>', page, re.DOTALL)
        assert maps == ["wide", "narrow"]
        drawn = page.partition('<figure class="map">')[2].partition("</figure>")[0]
        assert drawn.count(f'<a href="/missions/MINURSO?lang={language}">') == 2
        assert (
            re.findall(r"<text[^>]*>(\w+) <tspan>(\d+)</tspan>", drawn)
            == [("MINURSO", "2"), ("UNIFIL", "0"), ("UNOCI", "0")] * 2
        )
        assert words(language).say("Not on the map:") + " UNHEARD." in drawn


async def test_tables_expand_an_acronym_for_who_points_at_it(ask: QueryClient) -> None:
    page = await text(ask, "/tours?lang=ru")
    expanded = "Миссия ООН по проведению референдума в Западной Сахаре (Западная Сахара)"
    assert f'<abbr title="{expanded}">MINURSO</abbr></a>' in page


async def test_forms_offer_missions_by_their_names(ask: QueryClient) -> None:
    assert 'value="UNOCI">UNOCI · Операция ООН в Кот-д’Ивуаре<' in await text(ask, "/since?lang=ru")


async def test_a_mission_is_found_by_its_name_in_any_language(ask: QueryClient) -> None:
    answer = await ask.http.get("/search", params={"q": "западной сахаре"}, headers=HTML)
    assert answer.headers["location"].startswith("/missions/MINURSO")


async def test_a_place_in_a_closed_mission_is_no_headroom(ask: QueryClient) -> None:
    """MINURSO closed with two of its five there: what its ceiling leaves is not the least headroom that anybody has."""
    tile = await text(ask, "/")
    assert "kz-2013/observers · MINURSO" not in tile
    assert "1 more, of missions in drawdown or closed, takes nobody (I8)" in tile
    before = await text(ask, "/?as_of=2014-10-01")
    assert "kz-2013/observers · MINURSO" in before
    ceilings = await text(ask, "/ceilings")
    assert ceilings.count('class="bar closed"') == 1
    assert (await text(ask, "/ceilings?as_of=2014-10-01")).count('class="bar closed"') == 0


@pytest.mark.parametrize(
    ("left", "figure", "counts"),
    [(0, None, tile_answers.NO_HEADROOM), (-1, 1, tile_answers.OVER)],
)
def test_where_no_mission_takes_anybody_only_people_above_a_ceiling_count(
    left: int, figure: int | None, counts: tuple[str, str] | str
) -> None:
    row: dict[str, object] = {"line": "kz-2013/observers", "mission": None, "missions": ["UNOCI"]}
    row |= {"closed_to_new": ["UNOCI"], "headroom_now": left, "headroom_with_planned": left, "in_force": True}
    columns, evidence = [(name, "json") for name in row], ReportEvidence("found")
    ceilings = ReportResult(TODAY, None, columns, [tuple(row.values())], {}, None, False, None, evidence)
    answer = tile_answers.headroom(Known({2: ceilings}, {}, TODAY, None, {}))
    assert (answer.figure, answer.counts) == (figure, counts)


async def test_the_timeline_keeps_the_day_that_its_form_took(ask: QueryClient) -> None:
    page = await text(ask, "/timeline?since=2014-11-01")
    assert 'name="since" value="2014-11-01"' in page
    assert ">1 July 2014<" not in page
    assert 'name="since" value="2014-06-04"' in await text(ask, "/timeline")  # 180 days before


def test_the_table_of_missions_is_whole() -> None:
    """Three languages, places on the globe, and no mission that closed before it began."""
    for mission, facts in known_missions().items():
        assert re.fullmatch(r"[A-Z]+", mission)
        assert set(facts.names) == set(facts.places) == {"en", "ru", "kk"}
        assert all((*facts.names.values(), *facts.places.values()))
        assert facts.closed_on is None or facts.closed_on.year >= facts.began >= 1948
        assert abs(facts.latitude) < 70 and abs(facts.longitude) < 180
    assert missions_called("гаити") == ["MINUJUSTH", "MINUSTAH"]
    assert missions_called(" ") == []
