"""What every test may use: a clean Redis, a browser."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.template import Context, Template
from django.test import TransactionTestCase
from django_redis import get_redis_connection
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

from apps.core import opaque
from apps.rbac.models import AuditEvent
from config import chromium
from tests import flushing, post, template

# Fixtures: accounts elsewhere that people connect.
pytest_plugins = ["tests.integrations.played"]

# What comes, comes within a moment; on a machine with much else to do it may take longer.
expect.set_options(timeout=20_000)

# The same examples each time, however busy the machine is.
settings.register_profile(
    "everywhere",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("everywhere")

# The longest, many of them waiting for servers of their own: begun last, one would keep
# a worker busy long after the others are done.
LONGEST = (
    "embedded/test_run.py",
    "embedded/test_refusals.py",
    "test_doors.py",
    "portal/test_pages_in_chromium.py",
    "api/test_made_up_requests.py",
    "portal/test_states_in_chromium.py",
    "sms/test_accidents.py",
    "test_installation.py",
    "jobs/test_workers.py",
    "embedded/test_servers.py",
)

Recorded = Callable[[str], list[AuditEvent]]

# Chromium's own traffic would meet a closed network; QUIC and the GPU are not there.
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    first = {folder / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is made by now stays to the end: fifteen thousand tests, and all that they
    import. It is not searched for rubbish, neither while it grows nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: Any,
) -> None:
    """Each worker would spend twelve seconds on the same migrations."""
    if hasattr(request.config, "workerinput"):
        with django_db_blocker.unblock():
            template.use()


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> str:
    """The name of a database with all tables, for installations to take a copy of."""
    with django_db_blocker.unblock():
        return template.made()


@pytest.fixture(scope="session", autouse=True)
def _quick_flush(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test without a transaction of its own Django truncates every table and
    has all apps fill theirs again: half a second. Here tables with rows are emptied, and
    what the apps had made stays, or comes back where a test has changed it."""
    if not _is_of_tests():
        yield
        return
    with django_db_blocker.unblock():
        flushing.keep()
        unasked = flushing.may_be_unasked()
        # Once in each process: whichever test comes first must not ask one question more.
        opaque.key()

    def put_back(_: TransactionTestCase) -> None:
        flushing.put_back(unasked=unasked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        patch.setattr(TransactionTestCase, "_should_reload_connections", _renewed)
        yield


def _renewed(_: TransactionTestCase) -> bool:
    """Django opens another connection after such a test, lest the session has something
    of it. PostgreSQL can be told to forget, and keeps what it knows of 120 tables."""
    if connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all(); RESET ALL")
    return False


@pytest.fixture(scope="session", autouse=True)
def _fields_untold(django_test_environment: None) -> Iterator[None]:
    """Of each template Django tells the test's client, with a copy of all it was given.
    Nobody asks that of the parts of a field, and one of time zones has six hundred."""

    telling = vars(Template)["_render"]

    def rendered(template: Template, context: Context) -> Any:
        if (template.name or "").startswith("django/forms/widgets/"):
            return template.nodelist.render(context)
        return telling(template, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", rendered)
        yield


@pytest.fixture(autouse=True)
def _clean_redis() -> Iterator[None]:
    """Limits and sessions of one test must not reach the next (same Redis database)."""
    yield
    get_redis_connection().flushdb()


@pytest.fixture(autouse=True)
def _outbox(
    _django_db_marker: None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Letters are queued, and sent as soon as a test looks for them."""
    if "_django_db_helper" in request.fixturenames:
        # It puts an outbox of its own there.
        request.getfixturevalue("_django_db_helper")
    monkeypatch.setattr(mail, "outbox", post.Outbox(), raising=False)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's Chromium, not one that Playwright downloaded."""
    return {"executable_path": chromium.find(), "args": BROWSER_ARGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Replaces pytest-playwright's own, whose way of defining it pytest warns about."""


@pytest.fixture(scope="session", autouse=True)
def _no_stragglers(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A thread of the live server keeps its database connection as long as the browser
    keeps its own, and a database in use cannot be dropped at the end."""
    yield
    if not _is_of_tests():
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            # Not ours to end, and no hindrance: what vacuums by itself.
            " AND backend_type = 'client backend'"
        )
    connection.close()


def _is_of_tests() -> bool:
    """Where no test of a run needs a database, none is made for it."""
    return str(connection.settings_dict["NAME"]).startswith("test_")


@pytest.fixture
def recorded(db: None) -> Recorded:
    """Events of an action. What earlier tests recorded stands, as it should; it is not
    counted here."""
    newest = AuditEvent.objects.order_by("-id").first()
    seen = newest.pk if newest else 0

    def events(action: str) -> list[AuditEvent]:
        found = AuditEvent.objects.filter(action=action, id__gt=seen)
        return list(found.order_by("id"))

    return events
