from collections.abc import Iterator

import pytest
from django.db import NotSupportedError, connection, transaction

from apps.core import prepared

WHO = "SELECT name FROM prepared_people WHERE id = %s"


@pytest.fixture
def _people(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE prepared_people (id bigint, name varchar(5))")
        cursor.execute("INSERT INTO prepared_people VALUES (1, 'Alice'), (70000, 'B')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE prepared_people")


def plans(statement: str) -> list[tuple[int, int]]:
    """How often each statement with these words was run by the plan that is kept, and
    by one of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement = %s",
            [statement.replace("%s", "$1")],
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


@pytest.mark.usefixtures("_people")
def test_a_statement_is_planned_once_for_numbers_of_any_length() -> None:
    for _ in range(4):
        assert prepared.rows(WHO, [1]) == [("Alice",)]
        assert prepared.rows(WHO, [70_000]) == [("B",)]
    # PostgreSQL looks at five plans for given values before it keeps one for any.
    assert plans(WHO) == [(3, 5)]


@pytest.mark.usefixtures("_people")
def test_a_table_that_a_migration_changes_is_looked_at_anew() -> None:
    assert prepared.rows(WHO, [1]) == [("Alice",)]
    with connection.cursor() as cursor:
        # By somebody else: psycopg forgets its own plans when it sees an ALTER.
        cursor.execute(
            "DO $$ BEGIN ALTER TABLE prepared_people"
            " ALTER name TYPE varchar(50); END $$"
        )
    with pytest.raises(NotSupportedError), transaction.atomic():
        prepared.rows(WHO, [1])
    assert prepared.rows(WHO, [1]) == [("Alice",)]


@pytest.mark.usefixtures("_people")
def test_the_same_outside_a_transaction_is_not_noticed() -> None:
    assert prepared.rows(WHO, [1]) == [("Alice",)]
    with connection.cursor() as cursor:
        cursor.execute(
            "DO $$ BEGIN ALTER TABLE prepared_people"
            " ALTER name TYPE varchar(50); END $$"
        )
    assert prepared.rows(WHO, [1]) == [("Alice",)]


@pytest.mark.django_db
def test_a_value_in_the_statement_itself_stays_one_value() -> None:
    for value in ("it's", "100 %", "back\\slash", 7):
        written = prepared.written(value)
        assert prepared.rows(f"SELECT {written}", []) == [(value,)]
