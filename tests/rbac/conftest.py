"""An audit with nothing in it, and the hand of somebody who owns the database."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.rbac import partitions, person_keys
from tests import flushing
from tests.factories import UserFactory
from tests.sign_in import signed_in

TABLES = (
    "rbac_auditevent",
    "rbac_auditseal",
    "rbac_auditleaves",
    "rbac_auditretirement",
    "rbac_auditanchor",
    "rbac_personkey",
    "rbac_signingkey",
)
Meddle = Callable[[str], None]


@pytest.fixture
def meddle() -> Meddle:
    """Run SQL as an owner can who switches every trigger off first."""

    def run(statements: str) -> None:
        with connection.cursor() as cursor:
            for each in _meddling(statements):
                cursor.execute(each)

    return run


def _meddling(statements: str) -> Iterator[str]:
    tables = [*TABLES, *(f"rbac_auditevent_{part}" for part in _parts())]
    for table in tables:
        yield f"ALTER TABLE {table} DISABLE TRIGGER USER"
    yield statements
    for table in tables:
        yield f"ALTER TABLE IF EXISTS {table} ENABLE TRIGGER USER"


@pytest.fixture
def clean(transactional_db: None) -> Iterator[None]:
    """Django does not empty these tables between tests, so they are emptied here."""
    _wipe()
    yield
    _wipe()


def _wipe() -> None:
    if _has_rows():
        if flushing.may_be_unasked():
            emptied = "; ".join(f"DELETE FROM {table}" for table in TABLES)
            flushing.execute(emptied, unasked=True)
        else:
            emptied = "; ".join(_meddling(f"TRUNCATE {', '.join(TABLES)}"))
            flushing.execute(emptied, unasked=False)
    for month in partitions.months():
        if month < date.today().replace(day=1):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE rbac_auditevent_{month:%Y_%m}")
    person_keys._known.clear()


def _has_rows() -> bool:
    found = " OR ".join(f"EXISTS (SELECT FROM {table})" for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {found}")
        ((is_so,),) = cursor.fetchall()
    return bool(is_so)


@pytest.fixture
def alice(clean: None) -> User:
    return UserFactory.create(email="alice@example.com")


@pytest.fixture
def ada(clean: None) -> User:
    return UserFactory.create(email="ada@example.com", name="Ada Adler")


def _parts() -> list[str]:
    return ["default", *(f"{month:%Y_%m}" for month in partitions.months())]


@pytest.fixture
def as_ada(ada: User) -> Client:
    """The browser of the `ada` of each module."""
    return signed_in(ada)
