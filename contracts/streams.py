"""The names of streams. A stream id is the CloudEvents subject and the Kafka key of every message in the stream."""


def mandate(mandate_id: str) -> str:
    """A national mandate (approvals)."""
    return f"mandate/{mandate_id}"


def line(mandate_id: str, line_id: str) -> str:
    """One line of a mandate: in deployments the ledger of its tours, in vacancies what may be nominated under it."""
    return f"line/{mandate_id}/{line_id}"


def application(application_id: str) -> str:
    """An offer of the State to the Secretariat (vacancies)."""
    return f"application/{application_id}"


def vacancy(vacancy_id: str) -> str:
    """A vacancy and its nominations (vacancies)."""
    return f"vacancy/{vacancy_id}"


def candidate(person_ref: str) -> str:
    """A person who may be nominated (vacancies)."""
    return f"candidate/{person_ref}"


def unit(unit_id: str) -> str:
    """A unit: pledged and selected in vacancies, cleared for arrival in deployments."""
    return f"unit/{unit_id}"


def mission(acronym: str) -> str:
    """A UN operation and its life: recorded by vacancies, carried over to deployments."""
    return f"mission/{acronym}"


def rule_set(name: str) -> str:
    """The versions of one rule set (vacancies)."""
    return f"rule-set/{name}"


def contributor(iso3: str) -> str:
    """Other parties' statements on a contributor: strength returns and official statements (deployments)."""
    return f"contributor/{iso3}"


def category(stream: str) -> str:
    """The kind of a stream: the part before the first slash."""
    return stream.partition("/")[0]
