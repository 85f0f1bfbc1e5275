"""A migration runs beside the release before, on tables that are full: it waits for no
scan while others want to write, and there is a way back."""

import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterUniqueTogether,
    CreateModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The last of each app that sites have run before these rules were: what it did, and what
# was before it, is done.
RUN_ALREADY = {
    "accounts": "0024_languages_that_are_spoken",
    "analytics": "0007_follow_holders",
    "assistant": "0018_passed_in_another_zone",
    "core": "0003_key_of_opaque_ids",
    "factors": "0006_wrong_codes",
    "integrations": "0004_deltas_do_not_grow_old",
    "jobs": "0017_a_queue_for_webhooks",
    "rbac": "0007_the_database_gives_the_number",
    "sms": "0041_fewer_indexes",
    "webhooks": "0002_what_leaves_news",
}
_TABLE = r"(?:ONLY\s+)?(?:\w+\.)?\"?(?P<table>[\w{}]+)"
_SCANS = {
    # An index ON ONLY a partitioned table is a moment's work.
    "CREATE INDEX without CONCURRENTLY": re.compile(
        r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY\b)(?:(?!\bON\b)[^;])*\bON\s+"
        rf"(?!ONLY\b){_TABLE}",
        re.IGNORECASE,
    ),
    "ADD CONSTRAINT without NOT VALID": re.compile(
        rf"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_TABLE}\"?\s[^;]*?\bADD\s+(?:CONSTRAINT"
        r"\b|CHECK\b|UNIQUE\b|FOREIGN\b|PRIMARY\b)(?![^;]*\b(?:NOT\s+VALID|USING\s+INDEX)"
        r"\b)",
        re.IGNORECASE,
    ),
    "SET NOT NULL": re.compile(
        rf"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_TABLE}\"?\s[^;]*\bSET\s+NOT\s+NULL\b",
        re.IGNORECASE,
    ),
}


def scans(migration: Migration, state: ProjectState) -> list[str]:
    """A sentence for each thing that reads a whole table while nobody may write to it.
    `state` is what it begins from, and is moved on."""
    new: set[str] = set()
    found = [*_scans(migration.operations, migration.app_label, state, new)]
    if any(isinstance(each, RunPython) for each in migration.operations):
        source = inspect.getsource(sys.modules[migration.__module__])
        found += _of_sql(source, new)
    return found


def _scans(
    operations: Sequence[Operation], app: str, state: ProjectState, new: set[str]
) -> Iterator[str]:
    """`new` are the models of this app, and the tables, that the migration itself makes."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            done = state.clone()
            yield from _scans(operation.database_operations, app, done, new)
        elif isinstance(operation, CreateModel):
            options = operation.options
            new |= {operation.name_lower}
            new |= {options.get("db_table", f"{app}_{operation.name_lower}")}
        elif isinstance(operation, RunSQL):
            for sql in _texts(operation.sql):
                made = r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)"
                new |= set(re.findall(made, sql, re.IGNORECASE))
                yield from _of_sql(sql, new)
        else:
            yield from _of_model(operation, app, state, new)
        operation.state_forwards(app, state)


def _of_model(
    operation: Operation, app: str, state: ProjectState, new: set[str]
) -> Iterator[str]:
    model = getattr(operation, "model_name", getattr(operation, "name", "")) or ""
    if model.lower() in new:
        return
    if isinstance(operation, AddIndex) and not isinstance(
        operation, AddIndexConcurrently
    ):
        yield f"{model}: AddIndex without CONCURRENTLY"
    elif isinstance(operation, AddConstraint) and not isinstance(
        operation, AddConstraintNotValid
    ):
        yield f"{model}: AddConstraint without NOT VALID"
    elif isinstance(operation, AlterUniqueTogether):
        options = state.models[app, operation.name_lower].options
        before = {tuple(each) for each in options.get("unique_together") or ()}
        if set(operation.option_value or ()) - before:
            yield f"{model}: AlterUniqueTogether builds an index"
    elif isinstance(operation, AddField):
        if _is_indexed(operation.field):
            yield f"{model}.{operation.name}: AddField builds an index"
    elif isinstance(operation, AlterField):
        before_it = state.models[app, operation.model_name_lower].fields[operation.name]
        if _is_indexed(operation.field) and not _is_indexed(before_it):
            yield f"{model}.{operation.name}: AlterField builds an index"
        if before_it.null and not operation.field.null:
            yield f"{model}.{operation.name}: SET NOT NULL"


def _is_indexed(field: Any) -> bool:
    is_column = not isinstance(field, models.ManyToManyField)
    return is_column and (field.db_index or field.unique)


def _texts(sql: Any) -> Iterator[str]:
    """Of what `RunSQL` takes: one, several, or several with what is put into them."""
    for each in [sql] if isinstance(sql, str) else sql:
        yield each if isinstance(each, str) else each[0]


def _of_sql(sql: str, new: set[str]) -> Iterator[str]:
    # Comments are no statements.
    said = re.sub(r"--[^\n]*", "", sql)
    for words, pattern in _SCANS.items():
        for found in pattern.finditer(said):
            if found["table"] not in new:
                yield f"{found['table']}: {words}"


def ours() -> Iterator[tuple[Migration, ProjectState]]:
    """All migrations of ours in their order, each with the state that it begins from."""
    graph = MigrationLoader(None).graph
    state, seen = ProjectState(), set()
    for leaf in graph.leaf_nodes():
        for key in graph.forwards_plan(leaf):
            if key in seen:
                continue
            seen.add(key)
            migration = graph.nodes[key]
            if apps.get_app_config(key[0]).name.startswith("apps."):
                yield migration, state.clone()
            state = migration.mutate_state(state, preserve=False)


def test_no_new_migration_reads_a_whole_table_while_others_wait() -> None:
    graph = MigrationLoader(None).graph
    done = {key for last in RUN_ALREADY.items() for key in graph.forwards_plan(last)}
    found = [
        f"{migration}: {words}"
        for migration, state in ours()
        if (migration.app_label, migration.name) not in done
        for words in scans(migration, state)
    ]
    assert not found, "\n".join(found)


def test_the_way_back_is_there_for_each() -> None:
    found = [
        str(migration)
        for migration, _ in ours()
        if not all(map(is_reversible, migration.operations))
    ]
    assert not found, "\n".join(found)


def is_reversible(operation: Operation) -> bool:
    inner = getattr(operation, "database_operations", [])
    return operation.reversible and all(map(is_reversible, inner))


BOOK = CreateModel(
    "Book",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.TextField()),
        ("note", models.TextField(null=True)),
        ("mark", models.TextField(unique=True)),
    ],
    {"unique_together": {("title", "note")}},
)
INDEX = models.Index(fields=["title"], name="by_title")
FILLED = models.CheckConstraint(condition=~models.Q(title=""), name="filled")
SHELF = CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))])
AUTHOR = models.ForeignKey("auth.User", models.CASCADE, null=True)


def said(*operations: Operation) -> list[str]:
    """Of a migration on a library that is there already."""
    state = ProjectState()
    BOOK.state_forwards("library", state)
    next_one = type("Next", (Migration,), {"operations": [*operations]})
    return scans(next_one("0002_next", "library"), state)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (AddIndex("Book", INDEX), "Book: AddIndex without CONCURRENTLY"),
        (AddConstraint("Book", FILLED), "Book: AddConstraint without NOT VALID"),
        (
            AddConstraint(
                "Book", models.UniqueConstraint(fields=["title"], name="once")
            ),
            "Book: AddConstraint without NOT VALID",
        ),
        (
            AlterUniqueTogether("Book", {("title", "mark")}),
            "Book: AlterUniqueTogether builds an index",
        ),
        (AddField("Book", "author", AUTHOR), "Book.author: AddField builds an index"),
        (
            AlterField("Book", "title", models.TextField(db_index=True)),
            "Book.title: AlterField builds an index",
        ),
        (AlterField("Book", "note", models.TextField()), "Book.note: SET NOT NULL"),
        (
            SeparateDatabaseAndState([AddIndex("Book", INDEX)]),
            "Book: AddIndex without CONCURRENTLY",
        ),
        (
            RunSQL("CREATE UNIQUE INDEX IF NOT EXISTS a ON public.library_book (id)"),
            "library_book: CREATE INDEX without CONCURRENTLY",
        ),
        (
            RunSQL([("-- CONCURRENTLY\ncreate index on\nlibrary_book (id)", None)]),
            "library_book: CREATE INDEX without CONCURRENTLY",
        ),
        (
            RunSQL("SELECT 1; ALTER TABLE library_book ADD CONSTRAINT a CHECK (true)"),
            "library_book: ADD CONSTRAINT without NOT VALID",
        ),
        (
            RunSQL('ALTER TABLE "library_book" ALTER "note" SET NOT NULL'),
            "library_book: SET NOT NULL",
        ),
    ],
)
def test_what_would_make_others_wait_is_said(operation: Operation, words: str) -> None:
    assert said(operation) == [words]


@pytest.mark.parametrize(
    "operation",
    [
        AddIndexConcurrently("Book", INDEX),
        AddConstraintNotValid("Book", FILLED),
        ValidateConstraint("Book", "filled"),
        AddField("Book", "pages", models.IntegerField(null=True)),
        AddField(
            "Book",
            "author",
            models.ForeignKey("auth.User", models.CASCADE, null=True, db_index=False),
        ),
        AlterField("Book", "mark", models.TextField(unique=True, help_text="?")),
        AlterField("Book", "title", models.TextField(null=True)),
        AlterUniqueTogether("Book", set()),
        SeparateDatabaseAndState(state_operations=[AddIndex("Book", INDEX)]),
        RunSQL("CREATE INDEX CONCURRENTLY a ON library_book (id)"),
        RunSQL("CREATE INDEX a ON ONLY library_book (id)"),
        RunSQL("CREATE TABLE made (id int); CREATE INDEX a ON made (id)"),
        RunSQL("ALTER TABLE library_book ADD CONSTRAINT a CHECK (id > 0) NOT VALID"),
        RunSQL("ALTER TABLE library_book ADD CONSTRAINT a UNIQUE USING INDEX b"),
        RunSQL("ALTER TABLE library_book VALIDATE CONSTRAINT a"),
    ],
)
def test_what_makes_nobody_wait_is_fine(operation: Operation) -> None:
    assert said(operation) == []


def test_a_table_of_its_own_a_migration_may_make_as_it_likes() -> None:
    index = models.Index(fields=["id"], name="by_id")
    made = (
        SHELF,
        AddIndex("Shelf", index),
        AddField("Shelf", "owner", AUTHOR),
        RunSQL("CREATE INDEX a ON library_shelf (id)"),
    )
    assert said(*made) == []


def test_sql_in_the_python_of_a_migration_is_seen() -> None:
    """By the text of its module, which is this one here."""
    found = said(RunPython(RunPython.noop))
    assert "library_book: SET NOT NULL" in found


@pytest.mark.parametrize(
    "operation",
    [
        RunSQL("SELECT 1"),
        RunPython(RunPython.noop),
        SeparateDatabaseAndState([RunSQL("SELECT 1")]),
    ],
)
def test_what_has_no_way_back_is_seen(operation: Operation) -> None:
    assert not is_reversible(operation)
