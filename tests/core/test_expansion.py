"""A release only adds to the database: the one before still works on it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddField,
    AlterField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from apps.core.expansion import takes_away

BOOK = CreateModel(
    "Book",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.TextField()),
        ("note", models.TextField(null=True)),
        ("tags", models.ManyToManyField("auth.Group")),
    ],
)


def said(*operations: Operation) -> list[str]:
    """Of a migration on a library that is there already."""
    state = ProjectState()
    BOOK.state_forwards("library", state)
    next_one = type("Next", (Migration,), {"operations": [*operations]})
    migration = next_one("0002_next", "library")
    prefix = "library.0002_next: "
    return [words.removeprefix(prefix) for words in takes_away([(migration, state)])]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (RemoveField("Book", "title"), "removes Book.title"),
        (RemoveField("Book", "tags"), "removes Book.tags"),
        (RenameField("Book", "title", "name"), "renames Book.title to name"),
        (DeleteModel("Book"), "removes Book"),
        (RenameModel("Book", "Volume"), "renames Book to Volume"),
        (AlterModelTable("Book", "volume"), "renames the table of Book"),
        (
            AddField("Book", "pages", models.IntegerField(default=0)),
            "adds Book.pages, which takes no NULL and has no db_default",
        ),
        (
            AlterField("Book", "note", models.TextField()),
            "has Book.note insist on a value",
        ),
        (
            SeparateDatabaseAndState([RemoveField("Book", "title")]),
            "removes Book.title",
        ),
    ],
)
def test_what_the_release_before_would_miss_is_said(
    operation: Operation, words: str
) -> None:
    assert said(operation) == [words]


@pytest.mark.parametrize(
    "operation",
    [
        AddField("Book", "pages", models.IntegerField(null=True)),
        AddField("Book", "pages", models.IntegerField(db_default=0)),
        AddField("Book", "others", models.ManyToManyField("library.Book")),
        AlterField("Book", "title", models.TextField(null=True)),
        AlterField("Book", "title", models.CharField(max_length=200)),
        SeparateDatabaseAndState(state_operations=[RemoveField("Book", "title")]),
        CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
    ],
)
def test_what_only_adds_is_fine(operation: Operation) -> None:
    assert said(operation) == []


def test_what_is_new_itself_may_change_as_it_likes() -> None:
    shelf = CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))])
    assert (
        said(
            shelf,
            AddField("Shelf", "place", models.TextField(default="")),
            RenameModel("Shelf", "Rack"),
            RemoveField("Rack", "place"),
            DeleteModel("Rack"),
        )
        == []
    )


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_has_nothing_to_miss() -> None:
    told = StringIO()
    call_command("only_expands", stdout=told)
    assert told.getvalue() == "0 migrations to come, and they only add.\n"


@pytest.mark.django_db
def test_the_command_refuses_what_would_be_missed_and_names_it() -> None:
    recorder = MigrationRecorder.Migration.objects
    recorder.filter(app="accounts", name__gte="0004").delete()
    with pytest.raises(CommandError, match="accounts.0004_no_staff_flags: removes"):
        call_command("only_expands")


@pytest.mark.django_db
def test_an_empty_database_is_nobodys() -> None:
    MigrationRecorder.Migration.objects.all().delete()
    told = StringIO()
    call_command("only_expands", stdout=told)
    assert told.getvalue() == ""
