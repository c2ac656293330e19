"""The pages are true: paths exist, and all settings, rules, metrics and dependencies are documented, and no others."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Ge, Le
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from kernel.runtime import metrics
from kernel.runtime.settings import Settings
from services.audit.app import SERVICE as AUDIT
from services.audit.settings import AuditSettings
from services.reporting.app import SERVICE as REPORTING
from services.reporting.settings import QuerySettings
from tests.architecture.sources import ROOT, calls, files, pages, prose_of, python, table, text

SETTINGS = Path("docs/settings.md")
WRONG = Path("docs/how-to/see-what-went-wrong.md")
GLOSSARY = Path("docs/glossary.md")
DECISIONS = Path("docs/decisions")
DEPENDENCIES = Path("docs/dependencies.md")
READER_MAKES = {"deploy/.env", "deploy/producers", "deploy/tokens"}
"""What a page tells its reader to make."""
PLACEHOLDERS = {"name.sql"}
"""What stands for any file of its kind."""

FOLDERS = sorted({path.parts[0] for path in files() if len(path.parts) > 1 and not path.parts[0].startswith(".")})
IN_REPOSITORY = re.compile(rf"(?<![\w./:<-])(?:{'|'.join(FOLDERS)})/[\w./*-]*")
IN_CODE_MAP = re.compile(r"`([\w/]+\.(?:py|sql))`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]*))?\)")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    named = {path.rstrip("./") for path in IN_REPOSITORY.findall(text(page))} - READER_MAKES
    assert sorted(path for path in named if not list(ROOT.glob(path))) == []


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    ends = tuple(f"/{path}" for path in files())
    assert [m for m in IN_CODE_MAP.findall(text(page)) if not any(end.endswith(f"/{m}") for end in ends)] == []


def test_every_path_that_a_docstring_or_comment_names_is_there() -> None:
    """Whole paths, and modules by their last parts; tests are read too."""
    ends = tuple(f"/{path}" for path in files())
    missing = []
    for path in python():
        for nr, prose in prose_of(path):
            named = {name.rstrip("./") for name in IN_REPOSITORY.findall(prose) if "." in name.rstrip(".")}
            modules = {name for name in IN_CODE_MAP.findall(prose) if not any(e.endswith(f"/{name}") for e in ends)}
            missing += [f"{path}:{nr} {name}" for name in (named | modules) - PLACEHOLDERS if not list(ROOT.glob(name))]
    assert missing == []


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    here = (ROOT / page).parent
    for target, anchor in LINK.findall(text(page)):
        if "://" in target:
            continue
        assert (here / target).exists(), target
        assert not anchor or anchor in _anchors(here / target), f"{target}#{anchor}"


def test_every_page_has_a_reader() -> None:
    """A page that nobody is led to is found by nobody."""
    index = text(Path("docs/README.md"))
    ours = {str(page.relative_to("docs")) for page in pages() if page.parts[0] == "docs"} - {"README.md"}
    assert {page for page in ours if not page.startswith("decisions/") and f"]({page})" not in index} == set()


def test_every_heading_that_a_page_links_to_in_itself_is_there() -> None:
    for page in pages():
        assert set(re.findall(r"\]\(#([^)]+)\)", text(page))) <= _anchors(ROOT / page), page


def _anchors(path: Path) -> set[str]:
    """Headings as the usual viewers name them: lower case, words joined by hyphens, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


# Settings.


def test_every_setting_is_documented_with_its_default_and_bounds() -> None:
    documented = {name: (default, bounds) for name, default, bounds, _ in table(SETTINGS, "variable")}
    assert documented == {
        f"`FORCEGEN_{name.upper()}`": (f"`{_plain(field.default)}`", _bounds(field.metadata))
        for name, field in Settings.model_fields.items()
    }


@pytest.mark.parametrize(("process", "settings"), [("audit", AuditSettings), ("query", QuerySettings)])
def test_every_setting_of_one_process_is_documented_and_has_a_meaning(
    process: str, settings: type[BaseSettings]
) -> None:
    documented = {
        name: (default, bool(meaning)) for name, default, meaning in table(SETTINGS, f"variable of `{process}`")
    }
    assert documented == {
        f"`FORCEGEN_{process.upper()}_{name.upper()}`": ("" if field.default is None else f"`{field.default}`", True)
        for name, field in settings.model_fields.items()
    }


def test_the_batch_sizes_of_reader_services_are_those_of_the_code_and_give_way_to_a_setting() -> None:
    (meaning,) = [row[-1] for row in table(SETTINGS, "variable") if row[0] == "`FORCEGEN_BATCH_RECORDS_MAX`"]
    _, _, own = meaning.partition("unless it is set, ")
    documented = {name: int(size.replace(",", "")) for name, size in re.findall(r"`(\w+)` takes ([\d,]+\d)", own)}
    documented |= {name: int(size.replace(",", "")) for name, size in re.findall(r"and `(\w+)` ([\d,]+\d)", own)}
    assert documented == {service.name: service.batch_records_max for service in (AUDIT, REPORTING)}
    for service in (AUDIT, REPORTING):
        assert service.with_own_batch(Settings()).batch_records_max == service.batch_records_max
        assert service.with_own_batch(Settings(batch_records_max=200)).batch_records_max == 200


def test_every_setting_has_a_meaning() -> None:
    assert [row[0] for row in table(SETTINGS, "variable") if not row[-1]] == []


def test_every_variable_that_the_code_reads_is_documented() -> None:
    """Those of tests among them; passwords are documented once for all roles."""
    read = {name for path in python() for name in re.findall(r"[\"']FORCEGEN_[A-Z_]+[A-Z][\"']", text(path))}
    assert sorted(name for name in (n.strip("\"'") for n in read) if f"`{name}`" not in text(SETTINGS)) == []


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _bounds(metadata: list[Any]) -> str:
    least = next((m.ge for m in metadata if isinstance(m, Ge)), None)
    most = next((m.le for m in metadata if isinstance(m, Le)), None)
    if least is None:
        return ""
    return f"{least} or more" if most is None else f"{least} to {most}"


# Rules.


def rules_in_code() -> set[str]:
    """Every rule that an answer can name: of refusals, and of what the kernel answers by itself."""
    refusals = [call.args[0] for path in python("services", "kernel") for call in calls(path, "Refusal")]
    own = [
        k.value
        for call in calls(Path("kernel/model/outcome_body.py"), "outcome_of")
        for k in call.keywords
        if k.arg == "rule"
    ]
    return {str(node.value) for node in [*refusals, *own] if isinstance(node, ast.Constant)}


def test_every_rule_that_can_refuse_is_documented_and_no_other() -> None:
    assert {row[0].strip("`") for row in table(WRONG, "rule")} == rules_in_code()


def test_every_rule_is_named_in_plain_text() -> None:
    """A rule whose name is computed could not be documented; one refusal may hand on the rule of another."""
    computed = [
        (path, call.lineno)
        for path in python("services")
        for call in calls(path, "Refusal")
        if not isinstance(call.args[0], ast.Constant) and ast.unparse(call.args[0]) != "refused.rule"
    ]
    assert computed == []


# Metrics.


def test_every_documented_metric_exists_and_every_counted_one_is_documented() -> None:
    documented = {row[0].strip("`") for row in table(WRONG, "metric")}
    defined = {name: metric for name, metric in vars(metrics).items() if isinstance(metric, MetricWrapperBase)}
    elsewhere = "\n".join(text(path) for path in python("kernel", "services") if path.name != "metrics.py")
    counted = {_published(metric) for name, metric in defined.items() if re.search(rf"\b{name}\.", elsewhere)}
    assert documented == counted


def _published(metric: MetricWrapperBase) -> str:
    (family,) = metric.describe()
    return f"{family.name}_total" if family.type == "counter" else family.name


# Dependencies and targets.


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[=<>~! ;]", requirement)[0] for requirement in requirements}


def test_every_dependency_has_its_reason_and_every_reason_a_dependency() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))
    needed = _names(project["project"]["dependencies"]) | _names(project["build-system"]["requires"])
    for extra in project["project"]["optional-dependencies"].values():
        needed |= _names(extra)
    rows = [row for row in table(DEPENDENCIES, "package") if not row[0].startswith("**")]
    assert {name for row in rows for name in row[0].split(", ")} == needed
    assert [row for row in rows if not all(row)] == []


def test_every_target_of_make_says_what_it_does() -> None:
    makefile = text(Path("Makefile"))
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert {*phony.split()} == {*re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)}


# The glossary and the decisions.


def test_every_term_stands_in_the_glossary_once_with_a_meaning() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.*) \|$", text(GLOSSARY), re.MULTILINE)
    terms = [term for term, _ in rows]
    assert len(terms) == len(set(terms)) > 0
    assert [term for term, meaning in rows if not meaning] == []


def test_the_readme_links_the_glossary_before_anything_uses_a_term() -> None:
    terms = re.findall(r"^\| \*\*(.+?)\*\* \|", text(GLOSSARY), re.MULTILINE)
    readme = text(Path("README.md"))
    bold = set(re.findall(r"\*\*(.+?)\*\*", readme))
    assert {term.rstrip("s") for term in bold} <= {term.rstrip("s") for term in terms}
    assert readme.index("(docs/glossary.md)") < min(readme.index(f"**{term}**") for term in bold)


def test_every_number_of_a_decision_is_accounted_for() -> None:
    index = text(DECISIONS / "README.md")
    given = {path.name[:4]: path.name for path in files() if path.parent == DECISIONS and path.name[:4].isdigit()}
    for number in (f"{n:04}" for n in range(1, int(max(given)) + 1)):
        row = f"| [{number}]({given[number]}) |" if number in given else f"| {number} | not used |"
        assert row in index
