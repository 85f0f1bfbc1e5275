"""Whether the release before still works on the database of the next.

While a release is turned to, both run; and who goes back leaves the database as it is. So
a migration adds, and takes away only what the release before uses no more (expand, then
contract).
"""

from collections.abc import Iterable, Iterator
from typing import Any

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
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField

_OF_A_FIELD = (AddField, AlterField, RemoveField, RenameField)


def takes_away(plan: Iterable[tuple[Migration, ProjectState]]) -> list[str]:
    """A sentence for each thing that the release before would miss, given migrations in
    their order, each with the state it begins from (which is moved on). What SQL and
    Python of a migration do is not seen."""
    found: list[str] = []
    # Of a table that is not there yet nobody misses anything.
    new: set[tuple[str, str]] = set()
    for migration, state in plan:
        app = migration.app_label
        for operation in migration.operations:
            said = _missed(operation, app, state, new)
            found += (f"{app}.{migration.name}: {words}" for words in said)
            operation.state_forwards(app, state)
    return found


def _missed(
    operation: Operation, app: str, state: ProjectState, new: set[tuple[str, str]]
) -> Iterator[str]:
    if isinstance(operation, SeparateDatabaseAndState):
        moved = state.clone()
        for each in operation.database_operations:
            yield from _missed(each, app, moved, new)
            each.state_forwards(app, moved)
    elif isinstance(operation, CreateModel):
        new.add((app, operation.name_lower))
    elif isinstance(operation, DeleteModel):
        if (app, operation.name_lower) not in new:
            yield f"removes {operation.name}"
    elif isinstance(operation, RenameModel):
        if (app, operation.old_name_lower) in new:
            new.add((app, operation.new_name_lower))
        else:
            yield f"renames {operation.old_name} to {operation.new_name}"
    elif isinstance(operation, AlterModelTable):
        if (app, operation.name_lower) not in new:
            yield f"renames the table of {operation.name}"
    elif isinstance(operation, _OF_A_FIELD):
        if (app, operation.model_name_lower) not in new:
            fields = state.models[app, operation.model_name_lower].fields
            yield from _missed_of_fields(operation, fields)


def _missed_of_fields(
    operation: AddField | AlterField | RemoveField | RenameField,
    fields: "dict[str, Field[Any, Any]]",
) -> Iterator[str]:
    model = operation.model_name
    if isinstance(operation, RemoveField):
        yield f"removes {model}.{operation.name}"
    elif isinstance(operation, RenameField):
        yield f"renames {model}.{operation.old_name} to {operation.new_name}"
    elif isinstance(operation, AddField):
        # Django takes its default away from the table again: who does not name the
        # column would write NULL.
        if _insists(operation.field):
            yield (
                f"adds {model}.{operation.name}, which takes no NULL and has no"
                " db_default"
            )
    elif _insists(operation.field) and not _insists(fields[operation.name]):
        yield f"has {model}.{operation.name} insist on a value"


def _insists(field: "Field[Any, Any]") -> bool:
    """Whether a row that does not name it is refused."""
    if isinstance(field, ManyToManyField) or field.generated or field.primary_key:
        return False
    return not field.null and not field.has_db_default()
