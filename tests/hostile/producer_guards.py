"""The guards of who a producer is: its register, its sources, its keys, its topics.

Each is taken out of a copy of the source, and a test of its name must fail. All of these tests run without servers.
That each guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

IDENTITY, KERNEL = "kernel/identity", "tests/kernel/test_"
INTAKE, SENDERS, PERMITS = f"{IDENTITY}/intake.py", f"{IDENTITY}/senders.py", f"{IDENTITY}/permits.py"
REGISTER, TEXT, FILE = f"{IDENTITY}/register.py", f"{IDENTITY}/register_text.py", f"{IDENTITY}/register_file.py"
QUICK: Final = f"{IDENTITY}/quick_keys.py"
AT_BROKERS, COMMANDS = f"{IDENTITY}/register_kafka.py", f"{IDENTITY}/register_commands.py"
WRONG_LINE: Final = f"{KERNEL}register.py::test_one_wrong_line_refuses_all_of_it_and_is_named"
UNSIGNED: Final = f"{KERNEL}register.py::test_a_register_that_two_operators_did_not_sign_is_refused"
OWN_TOPIC: Final = (
    f"{KERNEL}intake_topics.py::test_a_source_of_another_on_a_producers_own_topic_is_refused_also_if_it_is_signed"
)
PERIOD: Final = f"{KERNEL}register.py::test_a_key_counts_from_its_first_instant_until_its_last_and_until_it_is_revoked"


SOURCES: Final = (
    without(
        "the system's sources",
        f"{KERNEL}senders.py::test_a_source_of_the_system_from_outside_is_a_dead_letter_and_never_answered",
        INTAKE,
        "        check_source(envelope)\n",
        "",
    ),
    without(
        "the system's sources, unread",
        f"{KERNEL}senders.py::test_an_unreadable_command_under_a_source_of_the_system_is_not_answered_there",
        INTAKE,
        "        check_source(_Unread(source))\n",
        "",
    ),
    without(
        "the system's sources in capitals",
        f"{KERNEL}senders.py::test_a_source_of_the_system_is_reserved_in_every_spelling",
        SENDERS,
        "source.strip().lower()",
        "source.strip()",
    ),
    without(
        "ce_authid",
        f"{KERNEL}intake.py::test_ce_authid_from_outside_is_never_believed",
        INTAKE,
        "envelope = replace(envelope, acted_by=None, cause_place=None)",
        "pass",
    ),
    never("a source of another on a topic", OWN_TOPIC, INTAKE, "whose not in (None, producer.name)"),
    without(
        "a signature of libsodium",
        f"{KERNEL}quick_keys.py::test_both_accept_a_signature_and_none_with_a_bit_turned",
        QUICK,
        "            return False\n",
        "            return True\n",
    ),
    without(
        "64 bytes of libsodium",
        f"{KERNEL}quick_keys.py::test_both_refuse_a_signature_that_holds_the_beginning_of_the_message",
        QUICK,
        " or len(signature) != 64",
        "",
    ),
    without(
        "keys of the producer alone",
        f"{KERNEL}intake.py::test_the_right_key_of_another_producer_is_not_its_producers",
        INTAKE,
        "producer.keys_at(arrival.at)",
        "[key for one in register.producers.values() for key in one.keys_at(arrival.at)]",
    ),
    without(
        "keys of the broker's clock",
        f"{KERNEL}intake.py::test_a_key_counts_within_its_period_by_the_brokers_clock",
        INTAKE,
        "producer.keys_at(arrival.at)",
        "[key.public for key in producer.keys]",
    ),
    without(
        "a revoked key",
        f"{KERNEL}intake.py::test_a_revoked_key_counts_no_longer",
        REGISTER,
        " or (self.revoked is not None and self.revoked <= at)",
        "",
    ),
    without("the first instant of a key", PERIOD, REGISTER, "self.start <= at and ", ""),
    without("the last instant of a key", PERIOD, REGISTER, "self.end <= at)", "self.end < at)"),
    without(
        "what is not signed",
        f"{KERNEL}intake.py::test_what_the_signature_does_not_cover_is_dropped",
        INTAKE,
        ", recorded_time=None, **unsigned)",
        ", recorded_time=None)",
    ),
    without(
        "the second that is signed",
        f"{KERNEL}intake.py::test_the_time_of_a_signed_command_is_cut_to_the_second_that_is_signed",
        INTAKE,
        "time.replace(microsecond=0)",
        "time",
    ),
    never(
        "who must sign",
        f"{KERNEL}intake_over_http.py::test_an_unsigned_command_of_a_producer_that_must_sign_is_403_even_from_its_own_caller",
        INTAKE,
        "producer.must_sign",
    ),
    never(
        "who calls",
        f"{KERNEL}intake_over_http.py::test_an_unsigned_command_over_http_is_that_of_the_producer_that_the_caller_acts_as",
        INTAKE,
        "not producer.is_login(arrival.caller)",
    ),
    never(
        "a topic of its own",
        f"{KERNEL}intake_topics.py::test_an_unsigned_command_on_the_topic_that_all_who_sign_share_is_refused",
        INTAKE,
        "arrival.topic not in producer.topics",
    ),
    without(
        "who cannot be read",
        f"{KERNEL}intake.py::test_an_unreadable_command_of_a_producer_that_signs_is_not_answered_in_its_name",
        INTAKE,
        "            self._by_register(lambda register: _check_unread(register, source, arrival))\n",
        "            pass\n",
    ),
    never(
        "types of policies",
        f"{KERNEL}senders.py::test_a_type_that_only_policies_send_is_refused_from_outside",
        PERMITS,
        'command.is_internal and principal.kind != "system"',
    ),
    never(
        "types of a producer",
        f"{KERNEL}intake.py::test_a_type_that_the_producer_may_not_send_is_refused_by_the_rule_permit",
        PERMITS,
        "principal.commands is not None and name not in principal.commands",
    ),
    without(
        "States of a producer",
        f"{KERNEL}intake.py::test_a_stream_of_another_state_is_refused_by_the_rule_permit",
        PERMITS,
        "return principal.contributors is not None and",
        "return False and",
    ),
)

LINES: Final = (
    never("two operators of a register", UNSIGNED, TEXT, "people_at_least(signed) < OPERATORS_MIN"),
    never(
        "two operators' keys",
        f"{KERNEL}register.py::test_fewer_than_two_operators_are_refused",
        TEXT,
        "people_at_least(verifiers) < OPERATORS_MIN",
    ),
    never(
        "no lower version",
        f"{KERNEL}register.py::test_a_changed_file_is_in_force_at_once_and_an_older_one_never",
        REGISTER,
        "self.version < before.version",
    ),
    never(
        "no other text of a version",
        f"{KERNEL}register.py::test_a_changed_file_is_in_force_at_once_and_an_older_one_never",
        REGISTER,
        "self.version == before.version and self.sha256 != before.sha256",
    ),
    never(
        "no older file after a restart",
        f"{KERNEL}register.py::test_a_restart_takes_no_older_file",
        FILE,
        "self._before is not None",
    ),
    never(
        "a source in the register",
        f"{WRONG_LINE}[a source with U+0085]",
        TEXT,
        "not value or unfit(value) is not None or any(letter.isspace() for letter in value)",
    ),
    without(
        "the system in the register",
        f"{WRONG_LINE}[a source of the system in capitals]",
        TEXT,
        "is_reserved(value) or ",
        "",
    ),
    without(
        "a prefix over the system",
        f"{WRONG_LINE}[a prefix over the system]",
        TEXT,
        ' or (is_prefix(value) and "urn:forcegen:".startswith(value.lower()))',
        "",
    ),
    never(
        "a key that never counts",
        f"{WRONG_LINE}[a period of zero]",
        TEXT,
        "key.end is not None and key.end <= key.start",
    ),
    never("one of each", f"{WRONG_LINE}[a key of another]", TEXT, "other != block.producer.name"),
    without(
        "in any letter case",
        f"{WRONG_LINE}[a source of another in capitals]",
        TEXT,
        'value if word == "key" else value.casefold()',
        "value",
    ),
    never(
        "under another's prefix",
        f"{WRONG_LINE}[a source under another's prefix]",
        TEXT,
        "name != block.producer.name and value.casefold().startswith(start)",
    ),
    without(
        "a prefix with its separator",
        f"{KERNEL}register.py::test_a_source_belongs_to_one_producer_exactly_or_by_a_prefix_that_ends_in_its_separator",
        REGISTER,
        "tuple((source, one) for source, one in named if is_prefix(source))",
        "tuple((source, one) for source, one in named)",
    ),
    without("commands of policies", f"{WRONG_LINE}[a command of policies]", COMMANDS, " if not word.is_internal}", "}"),
    never(
        "must-sign beside a topic",
        f"{WRONG_LINE}[must-sign beside a topic]",
        AT_BROKERS,
        "producer.must_sign and producer.topics",
    ),
    never("a topic of another", f"{WRONG_LINE}[a topic of another]", AT_BROKERS, "topic != own(service, producer)"),
    never("a topic of events", f"{WRONG_LINE}[a topic of events]", AT_BROKERS, "service is None"),
    never(
        "a topic where nobody may write",
        f"{WRONG_LINE}[a topic where nobody may write]",
        AT_BROKERS,
        "producer.topics and not producer.brokers",
    ),
    never(
        "a topic with nothing to send",
        f"{WRONG_LINE}[a topic of a service that it sends nothing to]",
        AT_BROKERS,
        "idle := sorted(topic for topic in producer.topics if service_of(topic) not in sent)",
    ),
    never("a super user", f"{WRONG_LINE}[a user that is a super user]", AT_BROKERS, "name.casefold() in TAKEN"),
    never("every user", f"{WRONG_LINE}[every user]", AT_BROKERS, "not _USER.fullmatch(name)"),
)

PRODUCER_GUARDS: Final = (*SOURCES, *LINES)

if __name__ == "__main__":
    sys.exit(main(PRODUCER_GUARDS))
