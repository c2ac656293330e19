"""The OpenAPI documents: valid, without a loose end, and true to what the queries answer."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from openapi_spec_validator import validate

from services.reporting.http import generate_shapes
from services.reporting.lists.catalogue import LISTS
from services.reporting.reports.catalogue import REPORTS
from tests.documents import DECIDING, DOCUMENTS
from tests.integration.reading_database import reading_database


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        reference = part.get("$ref")
        yield from [reference] if isinstance(reference, str) else []
        for inner in part.values():
            yield from references(inner)
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid_and_every_reference_leads_somewhere(name: str) -> None:
    document = DOCUMENTS[name]
    validate(document)
    for reference in references(document):
        assert reference.startswith("#/components/schemas/"), reference
        assert reference.rpartition("/")[2] in document["components"]["schemas"], reference


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_part_of_a_path_is_declared(name: str) -> None:
    for path, operations in DOCUMENTS[name]["paths"].items():
        for method, operation in operations.items():
            declared = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert declared == {*re.findall(r"{(.*?)}", path)}, (path, method)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_route_documents_problems_as_they_are_answered(name: str) -> None:
    for path, operations in DOCUMENTS[name]["paths"].items():
        for method, operation in operations.items():
            assert "HTTPValidationError" not in json.dumps(operation), (path, method)
            schema = operation["responses"]["400"]["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemDetails"}, (path, method)


@pytest.mark.parametrize("name", DECIDING)
def test_a_command_can_be_sent_by_what_the_document_says(name: str) -> None:
    document = DOCUMENTS[name]
    content = document["paths"]["/v1/commands"]["post"]["requestBody"]["content"]
    assert set(content) == {
        *("application/json", "application/cloudevents+json", "application/cloudevents-batch+json"),
    }
    event = content["application/cloudevents+json"]["schema"]
    for kind, reference in event["discriminator"]["mapping"].items():
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
        assert schema["properties"]["type"]["const"] == kind
        assert schema["properties"]["data"]["$ref"].endswith(f"/{kind.rpartition('.')[2]}")
        assert {"id", "source", "type", "subject", "data", "specversion"} <= set(schema["required"])


@pytest.mark.parametrize("name", [*LISTS, *(f"reports/{one}" for one in REPORTS)])
def test_rows_are_types_and_not_bare_objects(name: str) -> None:
    document = DOCUMENTS["query"]
    schema = document["paths"][f"/v1/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for one in schema.get("anyOf", [schema]):
        page = document["components"]["schemas"][one["$ref"].rpartition("/")[2]]
        rows = page["properties"]["rows" if name.startswith("reports/") else "items"]["items"]
        assert len(document["components"]["schemas"][rows["$ref"].rpartition("/")[2]]["properties"]) > 3


@pytest.mark.servers
async def test_the_shapes_in_the_document_are_those_of_the_queries(postgres_dsn: str) -> None:
    async with reading_database(postgres_dsn) as pool, pool.acquire() as connection:
        shapes = await generate_shapes.shapes_of(connection)
    kept = json.loads(files("services.reporting.http").joinpath(generate_shapes.FILE).read_text())
    wrong = {name for name in kept.keys() | shapes.keys() if kept.get(name) != shapes.get(name)}
    command = "python -m services.reporting.http.generate_shapes"
    remedy = f"make it anew: {command}, with FORCEGEN_DATABASE_URL on a migrated database"
    assert not wrong, f"shapes.json is not what the queries say of {sorted(wrong)}; {remedy}"
