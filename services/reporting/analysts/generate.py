"""The statements that make the schema `analysts`: for each report a function and a view, for each projection a view.

A function takes the day, the instant of knowledge and the report's filters. Functions and views run with the rights of
their caller, so the policies of the tables decide which rows there are; with a search path of their own, so that no
caller can substitute another table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.store.scopes import OWN_STATES
from services.reporting.analysts.columns import meaning
from services.reporting.projections import VIEWS
from services.reporting.reports.catalogue import REPORTS, RETURNED, ReportDefinition

SCHEMA: Final = "analysts"
AS_OF: Final = "as_of date DEFAULT (now() AT TIME ZONE 'UTC')::date"
KNOWN_AT: Final = "known_at timestamptz DEFAULT NULL"
_ARGUMENT_NAMES: Final = {
    **{name: f"of_{name}" for name in ("contributor", "mandate", "line", "tour", "mission", "category", "level")},
    **{"missions": "of_missions", "categories": "of_categories", "rank": "of_rank", "since": "since_day"},
}
"""Parameters with the name of a column: a function cannot have both, so the parameter gets another name here."""
_FUNCTION: Final = """
CREATE FUNCTION {schema}.{name}_as_of({parameters})
RETURNS TABLE ({columns}) LANGUAGE plpgsql STABLE SECURITY INVOKER
SET search_path = {tables}, public, pg_temp AS $function$
BEGIN
    IF ${known} IS NOT NULL THEN
        PERFORM set_config('search_path', '{tables}_known, {tables}, public, pg_temp', true),
                set_config('forcegen.known_at', ${known}::text, true);
    END IF;
    RETURN QUERY EXECUTE $query${sql} ORDER BY {order}$query$ USING {values};
END $function$;
COMMENT ON FUNCTION {schema}.{name}_as_of IS '{comment}';
"""
RIGHTS: Final = f"""
GRANT USAGE ON SCHEMA {SCHEMA} TO {OWN_STATES};
GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {OWN_STATES};
"""
"""For analysts of single States. Those of every State have theirs from the administrator, as of all in the schema."""
_VIEW: Final = """
CREATE VIEW {schema}.{name} WITH (security_invoker = true) AS SELECT * FROM {source};
COMMENT ON VIEW {schema}.{name} IS '{comment}';
"""


@dataclass(frozen=True, slots=True)
class AnalystReport:
    """A report as analysts see it."""

    name: str
    report: ReportDefinition

    @property
    def parameters(self) -> list[str]:
        """Its required parameters, the two times, and its filters."""
        others = [name for name in self.report.template.types if name not in (*self.report.required, "as_of")]
        return [*self.report.required, "as_of", "known_at", *others]

    def statements(self, tables: str, columns: Iterable[tuple[str, str]]) -> str:
        """The function, and, if it requires no parameter, a view of today. `tables` is the schema of the tables."""
        sql_types, names = self.report.template.types, self.parameters
        own = {"as_of": AS_OF, "known_at": KNOWN_AT} | {
            name: f"{argument(name)} {sql_types[name]}" for name in self.report.required
        }
        declared = [own.get(name) or f'"{argument(name)}" {sql_types[name]} DEFAULT NULL' for name in names]
        columns = list(columns)
        function = _FUNCTION.format(
            schema=SCHEMA,
            tables=tables,
            name=self.name,
            parameters=", ".join(declared),
            columns=", ".join(f'"{name}" {kind}' for name, kind in columns),
            known=names.index("known_at") + 1,
            sql=self.report.statement.sql,
            order=", ".join(f"{column} NULLS FIRST" for column in self.report.key),
            values=", ".join(f"${names.index(name) + 1}" for name in self.report.statement.parameters),
            comment=_quoted(
                f"{self.report.description} As of a day; as known at an instant, or now.\n\n"
                + "\n".join(f"- {column} ({kind}): {meaning(self.name, column)}" for column, kind in columns)
            ),
        )
        if self.report.required or self.report.exactly_one_of:
            return function
        today = _quoted(f"{self.report.description} Today, as known now.")
        view = _VIEW.format(schema=SCHEMA, name=self.name, source=f"{SCHEMA}.{self.name}_as_of()", comment=today)
        return function + view + _comments(self.name, [column for column, _ in columns])


def reports() -> Sequence[AnalystReport]:
    """Every report, and the strength according to the UN's returns."""
    named = {name.replace("-", "_"): report for name, report in REPORTS.items()}
    return [AnalystReport(name, report) for name, report in {**named, "strength_returned": RETURNED}.items()]


def of_projections(tables: str, columns: Mapping[str, Sequence[str]]) -> str:
    """A view of each table, with the rows that are newest on record; `columns` are those of each table."""
    return "".join(
        _VIEW.format(
            schema=SCHEMA, name=view.table, source=f"{tables}.{view.table}", comment=_quoted(_table_comment(view.table))
        )
        + _comments(view.table, columns[view.table])
        for view in VIEWS
    )


def argument(name: str) -> str:
    """The name of a report's parameter in SQL."""
    return _ARGUMENT_NAMES.get(name, name)


def _comments(view: str, columns: Iterable[str]) -> str:
    """What each column of a view means. A function's columns cannot have comments: they stand in its own."""
    return "".join(
        f"COMMENT ON COLUMN {SCHEMA}.{view}.\"{column}\" IS '{_quoted(text)}';\n"
        for column in columns
        if (text := meaning(view, column))
    )


def _table_comment(table: str) -> str:
    return f"The register's {table.replace('_', ' ')}, one row each, as they are newest on record."


def _quoted(text: str) -> str:
    return text.replace("'", "''")
