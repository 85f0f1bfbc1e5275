"""The router's settings: of a declared kind, with every version kept.

    router.value(pace.TEXTS_A_MINUTE)

They are looked up where they are needed, by a worker once for each turn, so a change
counts from the next text on.
Whoever edits says which version they saw; of two edits at once one is refused.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from apps.core import prepared, shelves
from apps.core.errors import AppError, Conflict, NotFound
from apps.core.logs import logger
from apps.rbac import audit
from apps.rbac.catalog import Permission
from apps.sms.knobs._kinds import Kind
from apps.sms.models import RouterConfig, RouterVersion

T = TypeVar("T")

CHANGED = "Somebody has changed it meanwhile. Look at it again."


@dataclass(frozen=True)
class Knob(Generic[T]):
    key: str  # concern.what
    title: str
    default: T
    kind: Kind[T]


def every() -> dict[str, Knob[Any]]:
    """By key, in the order of the shelf."""
    pages = shelves.collect("apps.sms.knobs", "KNOBS")
    return {knob.key: knob for page in pages for knob in page}


_STORED = (
    "SELECT config_key, config_value::text FROM sms_router_configs WHERE is_active"
)
_KEPT: ContextVar[dict[str, str] | None] = ContextVar("router_settings", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Look everything up once for the block: for one lane's work, which needs it often."""
    token = _KEPT.set(_KEPT.get() or _stored())
    try:
        yield
    finally:
        _KEPT.reset(token)


def value(knob: Knob[T]) -> T:
    """As it is set now. One query."""
    return values(knob)[0]


def values(*knobs: Knob[T]) -> list[T]:
    """Of several, in their order. One query, or none where they are kept."""
    stored = _KEPT.get() or _stored()
    return [
        _read(knob, stored[knob.key]) if knob.key in stored else knob.default
        for knob in knobs
    ]


def _stored() -> dict[str, str]:
    return dict(prepared.rows(_STORED, []))


def enter(**_: Any) -> None:
    """A row for each setting, for operators to change; those of no release go."""
    if RouterConfig._meta.db_table not in connection.introspection.table_names():
        return  # on the way back, or before anything is there
    knobs = every()
    RouterConfig.objects.exclude(config_key__in=knobs).delete()
    known = set(RouterConfig.objects.values_list("config_key", flat=True))
    for key, knob in knobs.items():
        if key not in known:
            _enter(knob)
        else:
            RouterConfig.objects.filter(config_key=key).update(description=knob.title)


def change(
    *, by: Any, row: RouterConfig, typed: Any, is_active: bool, seen: int
) -> RouterConfig:
    """Set it to what was typed. Raises Invalid, NotFound, or Conflict when `seen` is not
    the newest version."""
    knob = _named(row.config_key)
    return _write(by, knob, knob.kind.read(typed), is_active, seen)


def roll_back(*, by: Any, row: RouterConfig, version: int, seen: int) -> RouterConfig:
    """Bring an earlier version back, as a new one. Raises like `change`."""
    earlier = RouterVersion.objects.filter(config=row, version=version).first()
    if earlier is None:
        raise NotFound("There is no such version.")
    knob = _named(row.config_key)
    found = knob.kind.read(earlier.config_value)
    return _write(by, knob, found, earlier.is_active, seen)


def shown(row: RouterConfig | RouterVersion) -> str:
    """For people; a value that its kind no longer allows as it is stored."""
    key = row.config_key if isinstance(row, RouterConfig) else row.config.config_key
    try:
        knob = _named(key)
        said = knob.kind.shown(knob.kind.read(row.config_value))
    except AppError:
        said = str(row.config_value)
    return said if row.is_active else f"off ({said})"


def difference(before: RouterVersion | None, after: RouterVersion) -> str:
    """What a version changed: of a list what came and went, else old and new."""
    if before is None:
        return shown(after)
    old, new = before.config_value, after.config_value
    if isinstance(old, list) and isinstance(new, list) and old != new:
        came = [f"+{each}" for each in new if each not in old]
        gone = [f"-{each}" for each in old if each not in new]
        said = " ".join(came + gone)
        return said if before.is_active == after.is_active else f"{said}, {_on(after)}"
    return f"{shown(before)} → {shown(after)}"


def with_differences(row: RouterConfig) -> Sequence[tuple[RouterVersion, str]]:
    """Every version with what it changed, newest first."""
    found = list(row.versions.select_related("changed_by").order_by("version"))
    pairs = zip(found, [None, *found[:-1]], strict=True)
    return [(each, difference(before, each)) for each, before in pairs][::-1]


def _named(key: str) -> Knob[Any]:
    knob = every().get(key)
    if knob is None:
        raise NotFound("There is no such setting any more.")
    return knob


def _read(knob: Knob[T], stored: str) -> T:
    try:
        found: T = _understood(knob, stored)
        return found
    except AppError as error:
        # A release may have narrowed what an operator set before it.
        logger.error("router_setting_unfit", setting=knob.key, why=error.sentence)
        return knob.default


@lru_cache(maxsize=1_000)
def _understood(knob: Knob[Any], stored: str) -> Any:
    return knob.kind.read(json.loads(stored))


@transaction.atomic
def _enter(knob: Knob[Any]) -> None:
    row, is_new = RouterConfig.objects.get_or_create(
        config_key=knob.key,
        defaults={"config_value": knob.default, "description": knob.title},
    )
    if is_new:
        _keep(row, None)


@transaction.atomic
def _write(
    by: Any, knob: Knob[T], found: T, is_active: bool, seen: int
) -> RouterConfig:
    row = RouterConfig.objects.select_for_update().get(config_key=knob.key)
    if row.version != seen:
        raise Conflict(CHANGED)
    before = shown(row)
    row.config_value, row.is_active, row.version = found, is_active, seen + 1
    row.save()
    _keep(row, by)
    audit.done(
        Permission.ROUTER_CHANGE,
        actor=by,
        obj=row,
        before={"value": before, "version": seen},
        after={"value": shown(row), "version": row.version},
    )
    return row


def _keep(row: RouterConfig, by: Any) -> None:
    RouterVersion.objects.create(
        config=row,
        version=row.version,
        config_value=row.config_value,
        is_active=row.is_active,
        changed_by=by,
    )


def _on(version: RouterVersion) -> str:
    return "on" if version.is_active else "off"
