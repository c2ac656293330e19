"""Who acts, as a person: no second key, spelling or door makes another one, and the record alone says who it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.identity.person import Person, are_two, person_of, same_spelling
from kernel.identity.principal import Principal, system
from kernel.identity.recorded import acted_by

ANNA = Person("mfa-kz", "anna", "app_user")


@pytest.mark.parametrize(
    "spelt",
    [
        "ANNA.\u00c5",
        "  anna.\u00e5\t",
        "anna.a\u030a",
        "\uff41\uff4e\uff4e\uff41.\u00e5",
        "an\u200bna.\u00e5",
        "anna\u00ad.\u212b",
    ],
    ids=["letter case", "white space", "decomposed", "full width", "a space that nobody sees", "a sign for the letter"],
)
def test_another_spelling_is_no_other_person(spelt: str) -> None:
    assert same_spelling(spelt) == same_spelling("anna.\u00e5") == "anna.\u00e5"


@given(st.text())
def test_one_spelling_stays_as_it_is(name: str) -> None:
    assert same_spelling(same_spelling(name)) == same_spelling(name)


@pytest.mark.parametrize(
    ("other", "two"),
    [
        (Person("mfa-kz", "bolat", "app_user"), True),
        (Person("mod-kz", "bolat", "app_user"), True),
        (Person("mod-kz"), True),
        (Person("mod-kz", "https://idp#anna", "user"), True),
        (Person("mfa-kz", "anna", "app_user"), False),
        (Person("mod-kz", "anna", "app_user"), False),
        (Person("mfa-kz", "https://idp#anna", "user"), False),
        (Person("mfa-kz"), False),
    ],
    ids=[
        *("an official of the same", "an official of another", "another producer", "one who signed in, of another"),
        *("herself", "herself for another producer", "herself by the other door, perhaps", "somebody of the same"),
    ],
)
def test_two_people_are_distinguished_by_names_known_in_the_same_way_else_by_their_producers(
    other: Person, two: bool
) -> None:
    assert (are_two(ANNA, other), are_two(other, ANNA)) == (two, two)


@pytest.mark.parametrize("kind", ["service_account", "api_key", "unknown", "app_user", "user"])
def test_an_official_counts_only_where_somebody_has_verified_who_it_is(kind: str) -> None:
    person = person_of(kind, "mfa-kz", " Anna ", "7:00")
    assert person == Person("mfa-kz", *(("anna", kind) if kind in ("app_user", "user") else ()))
    assert person_of(kind, "mfa-kz", "\u200b ", "7:00") == Person("mfa-kz")


def test_nobody_is_known_without_a_register_and_a_policy_is_nobody() -> None:
    assert person_of("user", "https://idp#anna", "anna", None) is None
    assert person_of("unauthenticated", None, "anna", None) is None
    policy = system("approvals", "mfa-kz")
    assert person_of(policy.kind, policy.id, "anna", "7:00") is None


KINDS = st.sampled_from(["service_account", "user", "app_user", "api_key", "system", "unauthenticated", "unknown"])


@given(KINDS, st.text(min_size=1), st.none() | st.text(), st.none() | st.text(min_size=1))
def test_the_record_alone_says_who_acted_whatever_the_register_says_by_now(
    kind: str, name: str, actor: str | None, register: str | None
) -> None:
    principal = Principal(kind, name, register=None if kind == "unauthenticated" else register)  # type: ignore[arg-type]
    at_the_door = person_of(principal.kind, principal.id, actor, principal.register)
    on_record = acted_by(principal)
    assert person_of(on_record.type, on_record.id, actor, on_record.register) == at_the_door
