"""Whether the release before still works on the database of the next.

While a release is turned to, both run; and who goes back leaves the database as it is. So
a migration adds, and takes away only what the release before uses no more (expand, then
contract).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
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
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
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
    elif isinstance(operation, AddConstraint):
        # Also NOT VALID, which spares the rows that are there and no new one.
        if (app, operation.model_name_lower) not in new:
            yield f"has {operation.model_name} keep {operation.constraint.name}"
    elif isinstance(operation, AlterUniqueTogether):
        if (app, operation.name_lower) not in new:
            before = state.models[app, operation.name_lower].options
            kept = {tuple(each) for each in before.get("unique_together") or ()}
            for fields in sorted(set(operation.option_value or ()) - kept):
                yield f"has {operation.name} be unique in {', '.join(fields)}"
    elif isinstance(operation, _OF_A_FIELD):
        if (app, operation.model_name_lower) not in new:
            model = state.models[app, operation.model_name_lower]
            yield from _missed_of_fields(operation, model)


def _missed_of_fields(
    operation: AddField | AlterField | RemoveField | RenameField, before: ModelState
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
    else:
        yield from _missed_of_one(operation, before)


def _missed_of_one(operation: AlterField, before: ModelState) -> Iterator[str]:
    name = f"{operation.model_name}.{operation.name}"
    old, new = before.fields[operation.name], operation.field
    if _insists(new) and not _insists(old):
        yield f"has {name} insist on a value"
    if new.unique and not old.unique:
        yield f"has {name} be unique"
    if isinstance(old, ManyToManyField) or isinstance(new, ManyToManyField):
        return
    columns = _column(operation.name, old), _column(operation.name, new)
    if columns[0] != columns[1]:
        yield f"renames the column of {name} from {columns[0]} to {columns[1]}"
    types = _type(old, before), _type(new, before)
    if not _takes_all(*types):
        yield f"changes the type of {name} from {types[0]} to {types[1]}"


def _column(name: str, field: "Field[Any, Any]") -> str:
    """As Django names it; the fields of a migration are of no model yet."""
    return field.db_column or (f"{name}_id" if field.is_relation else name)


def _type(field: "Field[Any, Any]", of: ModelState) -> str:
    """What PostgreSQL calls it; for a key, whose it is."""
    if field.remote_field:
        target = resolve_relation(field.remote_field.model, of.app_label, of.name_lower)
        return f"a key of {'.'.join(target)}"
    return field.db_type(connection) or "no column"


def _takes_all(old: str, new: str) -> bool:
    """Whether all that the release before writes fits, and is read as what it was."""
    if old == new:
        return True
    text = r"(?:varchar(?:\((\d+)\))?|text)"
    before, after = re.fullmatch(text, old), re.fullmatch(text, new)
    if not (before and after):
        return False
    return not after[1] or bool(before[1] and int(before[1]) <= int(after[1]))


def _insists(field: "Field[Any, Any]") -> bool:
    """Whether a row that does not name it is refused."""
    if isinstance(field, ManyToManyField) or field.generated or field.primary_key:
        return False
    return not field.null and not field.has_db_default()
