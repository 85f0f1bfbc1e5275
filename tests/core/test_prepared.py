from collections.abc import Iterator

import pytest
from django.db import NotSupportedError, connection, transaction

from apps.assistant.models import Conversation
from apps.core import prepared
from tests.factories import UserFactory

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


@pytest.mark.django_db
def test_a_row_is_written_and_read_as_django_does() -> None:
    made = Conversation(user=UserFactory.create(), menu=[{"label": "é"}], shown=["a"])
    prepared.insert(made)
    asked = f"SELECT {prepared.columns(Conversation)} FROM assistant_conversation"
    (found,) = prepared.objects(Conversation, asked, [])
    kept = Conversation.objects.get()
    assert found == made == kept and not made._state.adding
    for field in Conversation._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(kept, field.attname)
    found.shown, found.question = ["b"], {"tool": "help"}
    prepared.update(found, "shown", "question", "updated_at")
    kept.refresh_from_db()
    assert (kept.shown, kept.question) == (["b"], {"tool": "help"})
    assert kept.updated_at == found.updated_at > made.updated_at


@pytest.mark.django_db
def test_a_row_that_is_there_already_is_changed() -> None:
    user = UserFactory.create()
    keep = prepared.insertion(Conversation)
    keep += prepared.else_changed(Conversation, "user")
    for focus in ("first", "second"):
        prepared.rows(keep, prepared.given(Conversation(user=user, focus=focus)))
    assert Conversation.objects.get().focus == "second"


@pytest.mark.django_db(transaction=True)
def test_only_the_transaction_of_a_lazy_statement_does_not_wait_for_the_disk() -> None:
    def waits() -> list[tuple[str]]:
        return prepared.rows("SHOW synchronous_commit", [])

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    with transaction.atomic():
        prepared.rows(f"SELECT {prepared.LAZILY}", [])
        assert waits() == [("off",)]
    assert waits() == [("on",)]
    prepared.rows(f"SELECT {prepared.LAZILY}", [])
    assert waits() == [("on",)]
    connection.close()


@pytest.mark.usefixtures("_people")
def test_a_plan_made_on_an_empty_table_still_serves_when_it_has_grown() -> None:
    """A plan is kept, and one for an empty table reads all of it."""
    by_id = "SELECT name FROM prepared_people WHERE id BETWEEN %s AND %s"
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON prepared_people (id)")
        cursor.execute("ANALYZE prepared_people")
    with prepared.kept_plans():
        prepared.rows(by_id, [1, 2])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM pg_prepared_statements WHERE statement LIKE %s",
                ["SELECT name FROM prepared_people%"],
            )
            ((name,),) = cursor.fetchall()
            cursor.execute(f"EXPLAIN EXECUTE {name}(1, 2)")
            plan = str(cursor.fetchall())
    assert "prepared_people_id_idx" in plan and "Seq Scan" not in plan
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchall() == [("on",)]
