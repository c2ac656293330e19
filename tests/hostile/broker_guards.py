"""The guards of topics and of rights at the brokers: names of topics, and the ACLs that are made of them.

Each is taken out of a copy of the source, and a test must fail without it; all of them run without servers. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

TOPICS, ACLS, RIGHTS = "contracts/command_topics.py", "kernel/messaging/acls.py", "operations/kafka_access.py"
REGISTER: Final = "kernel/identity/register.py"
ALMOST: Final = "tests/contracts/test_command_topics.py::test_what_is_almost_a_topic_of_commands_is_none"
TABLE, ENTRIES = "tests/operations/test_kafka_access.py::test_", "tests/kernel/test_acls.py::test_"
FOREIGN: Final = f"{ENTRIES}whatever_else_opens_or_shuts_what_the_table_names_is_superfluous"

BROKER_GUARDS: Final = (
    without("the name of a topic", ALMOST, TOPICS, "PRODUCER_NAME.fullmatch(producer) is not None", "True"),
    without("a name without dots", ALMOST, TOPICS, "[a-z0-9][a-z0-9-]{{0,", "[a-z0-9][a-z0-9.-]{{0,"),
    without("a name without underscores", ALMOST, TOPICS, "[a-z0-9][a-z0-9-]{{0,", "[a-z0-9][a-z0-9_-]{{0,"),
    without("length of a name", ALMOST, TOPICS, "{{0,{NAME_LENGTH_MAX - 1}}}", "*"),
    without("a whole name", ALMOST, TOPICS, "PRODUCER_NAME.fullmatch(", "PRODUCER_NAME.match("),
    without(
        "services that are named",
        "tests/contracts/test_command_topics.py::test_the_topics_of_producers_are_those_of_the_services_that_are_named"
        "_and_neighbours_stay_apart",
        TOPICS,
        " and service_of(topic) in services",
        "",
    ),
    without(
        "a service writes its own logs alone",
        f"{ENTRIES}a_service_reads_its_inputs_in_its_group_and_writes_its_own_logs_alone",
        ACLS,
        "writes=topics_out, joins",
        "writes={*topics_in, *topics_out}, joins",
    ),
    without(
        "a producer reads nothing",
        f"{ENTRIES}a_producer_writes_and_describes_its_topic_and_nothing_else",
        ACLS,
        "Access(name, writes=topics)",
        "Access(name, reads=topics, writes=topics)",
    ),
    without(
        "entries of strangers",
        f"{FOREIGN}[thief: allow write on topic a.events]",
        ACLS,
        "any(acl.covers(kind, name) for kind, name in resources)",
        "False",
    ),
    without(
        "entries by prefix",
        FOREIGN,
        ACLS,
        'return name.startswith(self.name) if self.pattern == "prefixed" else',
        "return",
    ),
    without("entries for everything", FOREIGN, ACLS, "self.name in (name, ANY)", "self.name == name"),
    without("more entries of a principal", FOREIGN, ACLS, "acl.principal in principals\n            or ", ""),
    without(
        "entries of who has left",
        f"{ENTRIES}entries_of_a_producer_that_is_registered_no_longer_are_superfluous",
        ACLS,
        "any(acl.kind == kind and acl.name.startswith(begin) for kind, begin in namespace)",
        "False",
    ),
    without(
        "entries of neighbours",
        f"{ENTRIES}entries_of_neighbours_are_left_alone",
        ACLS,
        "if self.kind != kind:",
        "if False:",
    ),
    without(
        "literal entries",
        f"{TABLE}every_entry_names_one_resource_exactly",
        ACLS,
        'pattern: Pattern = "literal"',
        'pattern: Pattern = "prefixed"',
    ),
    never(
        "names of principals",
        f"{TABLE}a_producer_with_the_name_of_another_principal_is_refused",
        RIGHTS,
        "producer.name in taken",
    ),
    without(
        "names of super users",
        f"{TABLE}a_producer_with_the_name_of_another_principal_is_refused[admin]",
        RIGHTS,
        "{*own, *ADMINISTRATORS}",
        "{*own}",
    ),
    without(
        "one producer of a name",
        f"{TABLE}two_producers_of_one_name_are_refused",
        RIGHTS,
        "        taken.add(producer.name)\n",
        "",
    ),
    never(
        "topics of commands alone",
        f"{TABLE}a_producer_that_is_to_write_anything_but_commands_is_refused",
        RIGHTS,
        "wrong := [topic for topic in producer.topics if command_topics.service_of(topic) is None]",
    ),
    without(
        "the topic of who has left",
        f"{TABLE}the_topic_of_a_producer_that_left_is_read_to_its_end_and_written_by_nobody",
        RIGHTS,
        "command_topics.of_producers(services, (*named, *there))",
        "command_topics.of_producers(services, named)",
    ),
    without(
        "an operator changes nothing",
        f"{TABLE}the_operator_reads_every_topic_and_changes_none",
        RIGHTS,
        "Access(OPERATOR, reads=every,",
        "Access(OPERATOR, reads=every, writes=every,",
    ),
    without(
        "rights until its keys are over",
        f"{TABLE}each_user_of_a_registered_producer_writes_what_the_register_gives_it_until_its_keys_are_over",
        REGISTER,
        "any(not key.is_over(at) for key in self.keys)",
        "any(self.keys)",
    ),
)

if __name__ == "__main__":
    sys.exit(main(BROKER_GUARDS))
