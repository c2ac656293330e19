"""Trees of causes: each message under what led to it, whatever the order, and never round in circles."""

from hypothesis import given
from hypothesis import strategies as st

from services.audit.search.causation import CausationNode, CausationTree, tree
from services.audit.search.indexer import IndexedMessage

NOBODY = IndexedMessage(0, "deployments.events", 0, 0, "event", *(None,) * 11)


def message(leaf: int, id_: str | None, causation: str | None, kind: str = "event") -> IndexedMessage:
    return NOBODY._replace(leaf=leaf, offset=leaf, id=id_, cause=causation, kind=kind)


def shape(cause: CausationNode) -> object:
    """Leaves, nested."""
    return (cause.message.leaf, [shape(each) for each in cause.effects])


def shapes(causes: CausationTree) -> object:
    return [shape(root) for root in causes.roots]


def test_a_command_its_events_and_what_another_service_did_then_are_one_tree() -> None:
    messages = [
        message(1, "c-1", None, "command"),
        message(2, "e-1", "c-1"),
        message(3, "o-1", "c-1", "outcome"),
        message(4, "c-2", "e-1", "command"),
        message(5, "e-2", "c-2"),
    ]
    causes = tree(reversed(messages), 5, cut=False)
    assert shapes(causes) == [(1, [(2, [(4, [(5, [])])]), (3, [])])]
    assert causes.beyond is None


def test_what_a_command_over_http_led_to_stands_side_by_side() -> None:
    """Before such commands were kept: the command itself is in no topic."""
    causes = tree([message(2, "e-1", "c-1"), message(3, "o-1", "c-1", "outcome")], 2, cut=False)
    assert (shapes(causes), causes.beyond) == ([(2, []), (3, [])], "c-1")


def test_a_dead_letter_hangs_under_the_record_that_it_buries() -> None:
    place = message(1, None, None, "command").place
    causes = tree([message(1, None, None, "command"), message(2, None, place, "dead letter")], 1, cut=False)
    assert shapes(causes) == [(1, [(2, [])])]


def test_a_command_that_was_sent_again_leads_to_nothing_new() -> None:
    messages = [message(1, "c-1", None, "command"), message(2, "c-1", None, "command"), message(3, "e-1", "c-1")]
    assert shapes(tree(messages, 3, cut=False)) == [(1, [(3, [])]), (2, [])]


def test_a_forged_earlier_record_with_the_same_id_does_not_become_the_cause() -> None:
    """Given that somebody sent a command under the id of another one before, then the event stands under the record
    that its service named, whichever of them was archived first."""
    forged, true = message(1, "c-1", None, "command"), message(3, "c-1", None, "command")
    event = message(2, "e-1", true.place)._replace(causeplace=true.place)
    outcome = message(4, None, true.place, "outcome")._replace(causeplace=true.place)
    assert shapes(tree([forged, event, true, outcome], 2, cut=False)) == [(1, []), (3, [(2, []), (4, [])])]


def test_a_command_over_http_is_the_cause_by_its_position() -> None:
    command = message(2, "c-1", None, "command")._replace(reference="approvals.admitted#7")
    event = message(1, "e-1", "approvals.admitted#7")._replace(causeplace="approvals.admitted#7")
    assert shapes(tree([event, command], 1, cut=False)) == [(2, [(1, [])])]


def test_a_command_that_claims_its_own_event_as_its_cause_is_still_the_cause() -> None:
    """The ids of events follow from their commands', so a sender knows them beforehand."""
    command = message(2, "c-1", "e-1", "command")
    event = message(1, "e-1", command.place)._replace(causeplace=command.place)
    assert shapes(tree([event, command], 1, cut=False)) == [(2, [(1, [])])]


ids = st.none() | st.sampled_from(["a", "b", "c", "d"])
messages = st.lists(st.tuples(ids, ids, st.sampled_from(["command", "event", "outcome"])), min_size=1, max_size=12)


@given(messages, st.lists(st.none() | st.integers(0, 11), min_size=12, max_size=12))
def test_every_message_is_in_the_tree_once(
    drawn: list[tuple[str | None, str | None, str]], records: list[int | None]
) -> None:
    """Whatever they call one another: a cause by id is an earlier record, and nothing is under its own effect."""

    def count(cause: CausationNode) -> int:
        for each in cause.effects:
            assert each.message.names_record or each.message.leaf > cause.message.leaf
        return 1 + sum(map(count, cause.effects))

    places = [None if nr is None else NOBODY._replace(offset=nr).place for nr in records]
    given_ = [message(nr, id_, led, kind) for nr, (id_, led, kind) in enumerate(drawn)]
    given_ = [one._replace(causeplace=to, cause=to or one.cause) for one, to in zip(given_, places, strict=False)]
    causes = tree(given_, 0, cut=False)
    assert sum(map(count, causes.roots)) == len(drawn)
