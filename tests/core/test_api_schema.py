"""The schema describes what is there, and the page that shows it runs under the CSP."""

import io
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from referencing import Registry, Resource

from config.management.commands import export_schema


@pytest.fixture
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_answered())
    return found


@cache
def _answered() -> bytes:
    """It is the same for everybody, and takes seconds."""
    answer: bytes = Client().get("/api/schema/?format=json").content
    return answer


def test_the_schema_is_valid_and_every_address_in_it_is_there(
    schema: dict[str, Any],
) -> None:
    assert schema["openapi"] == "3.1.0"
    assert _against_the_rules(schema) == []
    for path, operations in schema["paths"].items():
        numbers = [
            each["name"]
            for operation in operations.values()
            for each in operation.get("parameters", [])
            if each.get("schema", {}).get("type") == "integer"
        ]
        for client in ("app", "browser"):
            here = path.replace("{client}", client)
            for name in numbers:
                here = here.replace(f"{{{name}}}", "7")
            here = re.sub(r"\{\w+\}", str(UUID(int=7)), here)
            if client == "app" or "{client}" in path:
                resolve(here)


def _against_the_rules(schema: dict[str, Any]) -> list[str]:
    """The validation of drf-spectacular looks for each anchor in all the rules anew."""
    told = files("drf_spectacular") / "validation/openapi_3_1_schema.json"
    rules = json.loads(told.read_text())
    resource = Resource.from_contents(rules)
    known = Registry().with_resource(rules["$id"], resource).crawl()
    found = Draft202012Validator(rules, registry=known).iter_errors(schema)
    return [error.message for error in found]


def test_what_operations_are_about_is_said_in_the_order_of_the_page(
    schema: dict[str, Any],
) -> None:
    used = {
        name
        for operations in schema["paths"].values()
        for operation in operations.values()
        for name in operation["tags"]
    }
    told = [each["name"] for each in schema["tags"]]
    assert {*told} == used and len(told) == len(used)
    assert all(each["description"] for each in schema["tags"])
    admin = [name.startswith("admin ") for name in told]
    assert admin == sorted(admin)


def test_nothing_of_it_had_to_be_guessed(db: None) -> None:
    # That it is valid is seen in what is answered, which is the same.
    call_command("spectacular", fail_on_warn=True, file="/dev/null")


def test_it_is_written_as_json_to_the_terminal_or_a_file(
    schema: dict[str, Any], tmp_path: Path
) -> None:
    said = io.StringIO()
    call_command("export_schema", stdout=said)
    assert json.loads(said.getvalue()) == schema
    call_command("export_schema", tmp_path / "schema.json")
    assert json.loads((tmp_path / "schema.json").read_text()) == schema
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("export_schema", tmp_path)


def test_as_yaml_it_is_the_same(schema: dict[str, Any]) -> None:
    answer = Client().get("/api/schema/")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.load(answer.content, yaml.CSafeLoader) == schema


def test_it_is_made_once_but_for_who_names_a_version(
    schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def named() -> dict[str, Any]:
        answer = Client().get("/api/schema/?format=json&version=7")
        found: dict[str, Any] = answer.json()
        return found

    assert "7" in named()["info"]["version"]
    monkeypatch.setattr(SchemaGenerator, "parse", lambda *_: {})
    assert "/api/v1/me" not in named()["paths"]
    assert Client().get("/api/schema/?format=json").json() == schema


def test_it_is_written_where_no_server_is_up() -> None:
    assert export_schema.Command.requires_system_checks == ()


def test_an_answer_has_all_fields_and_a_change_those_that_change(
    schema: dict[str, Any],
) -> None:
    shapes = schema["components"]["schemas"]
    for name in ("Reminder", "Preferences", "Me", "PaginatedConsentList"):
        assert set(shapes[name]["required"]) == shapes[name]["properties"].keys()
    for name in ("PatchedPreferences", "SparseReminder"):
        assert not shapes[name].get("required")
    assert "days" not in shapes["NewToken"]["required"]


def test_no_name_of_the_packages_own_schema_hides_one_of_ours(
    schema: dict[str, Any],
) -> None:
    ours = {path: v for path, v in schema["paths"].items() if "/api/v1/" in path}
    found: set[str] = set()
    waiting = [json.dumps(ours)]
    while waiting:
        names = set(re.findall(r"#/components/schemas/(\w+)", waiting.pop())) - found
        found |= names
        waiting += [json.dumps(schema["components"]["schemas"][name]) for name in names]
    assert "Factor" in found
    assert not found & _allauths()


@cache
def _allauths() -> set[str]:
    described = files("allauth.headless.spec").joinpath("doc/openapi.yaml")
    return set(yaml.safe_load(described.read_bytes())["components"]["schemas"])


def test_what_people_need_to_sign_in_and_out_is_on_it(schema: dict[str, Any]) -> None:
    here = set(schema["paths"])
    assert {
        "/api/v1/me",
        "/api/v1/me/sessions",
        "/api/v1/me/sessions/{sid}",
        "/api/v1/me/mfa/totp/confirm",
        "/api/v1/me/security",
        "/api/auth/{client}/v1/auth/login",
        "/api/auth/{client}/v1/auth/signup",
        "/api/auth/{client}/v1/auth/session",
        "/api/auth/app/v1/tokens/refresh",
    } <= here
    # What the package could do and is not open here is not promised either.
    auth = [path for path in here if path.startswith("/api/auth/")]
    assert not any("phone" in path or path.endswith("provider/token") for path in auth)


def test_the_page_of_the_api_works_under_the_content_security_policy(
    live_server: LiveServer, page: Page
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/api/docs/")
    page.locator("#operations-tag-admin_alerts").click()
    page.get_by_text("/api/v1/admin/alerts").first.wait_for()
    assert not [each for each in said if "Content Security" in each or "Error" in each]


def test_every_operation_of_ours_says_what_it_can_be_refused_with(
    schema: dict[str, Any],
) -> None:
    assert "Problem" in schema["components"]["schemas"]
    ours = [
        (path, operation)
        for path, operations in schema["paths"].items()
        if path.startswith("/api/v1/")
        for operation in operations.values()
    ]
    assert ours
    for path, operation in ours:
        answers = operation["responses"]
        assert {"401", "403", "429", "503"} <= answers.keys(), path
        assert ("400" in answers) or "requestBody" not in operation, path
        assert ("404" in answers) or "{" not in path, path
        (kind,) = answers["401"]["content"]
        assert kind == "application/problem+json"


def test_every_list_is_of_one_shape(schema: dict[str, Any]) -> None:
    shapes, lists = schema["components"]["schemas"], 0
    for path, operations in schema["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        for verb, operation in operations.items():
            for status, answer in operation["responses"].items():
                if not status.startswith("2"):
                    continue
                for content in answer.get("content", {}).values():
                    shape = content["schema"]
                    if "$ref" in shape:
                        shape = shapes[shape["$ref"].rpartition("/")[2]]
                    assert shape.get("type") != "array", (verb, path)
                    told = shape.get("properties", {})
                    if "results" in told:
                        lists += 1
                        assert {"next", "previous"} <= told.keys(), (verb, path)
                        assert {*told} == {*shape["required"]}, (verb, path)
                        for link in ("next", "previous"):
                            assert told[link]["type"] == ["string", "null"], path
                        assert told["results"]["type"] == "array"
    assert lists > 50


def test_what_comes_in_pages_takes_a_place_and_a_size(schema: dict[str, Any]) -> None:
    for path, operations in schema["paths"].items():
        if path.startswith("/api/v1/") and "get" in operations:
            asked = {each["name"] for each in operations["get"].get("parameters", [])}
            assert ("cursor" in asked) == ("limit" in asked), path


def test_no_id_is_a_number(schema: dict[str, Any]) -> None:
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for each in operation.get("parameters", []):
                kind = each.get("schema", {}).get("type")
                assert each.get("in") != "path" or kind != "integer", path
    for name, shape in schema["components"]["schemas"].items():
        assert not name.endswith("ID") or shape["type"] == "string", name
        for field, told in shape.get("properties", {}).items():
            if field in ("id", "turn") or field.endswith("_id"):
                # Of what a seal is about: that is what it states.
                assert "integer" not in told.get("type", "") or name == "Seal", name
