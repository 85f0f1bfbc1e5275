"""A release only adds to the database: the one before still works on it."""

from io import StringIO

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.core.management import CommandError, call_command
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AlterField,
    AlterModelTable,
    AlterUniqueTogether,
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
        ("mark", models.CharField(max_length=20)),
        ("pages", models.IntegerField()),
        ("owner", models.ForeignKey("auth.Group", models.CASCADE)),
        ("place", models.TextField(db_column="shelf")),
    ],
    {"unique_together": {("title", "mark")}},
)
_POSITIVE = models.CheckConstraint(condition=models.Q(pages__gt=0), name="positive")
_ONCE = models.UniqueConstraint(fields=["owner", "mark"], name="once")


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
            AlterField("Book", "title", models.TextField(db_column="name")),
            "renames the column of Book.title from title to name",
        ),
        (
            AlterField("Book", "place", models.TextField()),
            "renames the column of Book.place from shelf to place",
        ),
        (
            AlterField("Book", "title", models.CharField(max_length=200)),
            "changes the type of Book.title from text to varchar(200)",
        ),
        (
            AlterField("Book", "mark", models.CharField(max_length=19)),
            "changes the type of Book.mark from varchar(20) to varchar(19)",
        ),
        (
            AlterField("Book", "pages", models.TextField()),
            "changes the type of Book.pages from integer to text",
        ),
        (
            AlterField("Book", "pages", models.BigIntegerField()),
            "changes the type of Book.pages from integer to bigint",
        ),
        (
            AlterField("Book", "owner", models.ForeignKey("Book", models.CASCADE)),
            "changes the type of Book.owner from a key of auth.group to a key of"
            " library.book",
        ),
        (
            AlterField("Book", "owner", models.ForeignKey("auth.User", models.CASCADE)),
            "changes the type of Book.owner from a key of auth.group to a key of"
            " auth.user",
        ),
        (
            AlterField("Book", "title", models.TextField(unique=True)),
            "has Book.title be unique",
        ),
        (
            AlterField(
                "Book", "owner", models.OneToOneField("auth.Group", models.CASCADE)
            ),
            "has Book.owner be unique",
        ),
        (AddConstraint("Book", _POSITIVE), "has Book keep positive"),
        (AddConstraint("Book", _ONCE), "has Book keep once"),
        (AddConstraintNotValid("Book", _POSITIVE), "has Book keep positive"),
        (
            AlterUniqueTogether("Book", {("title", "mark"), ("mark", "pages")}),
            "has Book be unique in mark, pages",
        ),
        (
            SeparateDatabaseAndState([AddConstraint("Book", _ONCE)]),
            "has Book keep once",
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
        AlterField("Book", "title", models.CharField()),
        AlterField("Book", "title", models.TextField(db_column="title", help_text="?")),
        AlterField("Book", "mark", models.CharField(max_length=21)),
        AlterField("Book", "mark", models.TextField(choices=[("a", "A")])),
        AlterField("Book", "owner", models.ForeignKey("auth.Group", models.PROTECT)),
        AlterField("Book", "tags", models.ManyToManyField("auth.Group", blank=True)),
        AlterUniqueTogether("Book", set()),
        SeparateDatabaseAndState(state_operations=[AddConstraint("Book", _ONCE)]),
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
            AlterField("Rack", "place", models.CharField(max_length=9, unique=True)),
            AddConstraint(
                "Rack", models.UniqueConstraint(fields=["place"], name="one_place")
            ),
            AlterUniqueTogether("Rack", {("id", "place")}),
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
