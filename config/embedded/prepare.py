"""Between the servers and the first page: schema, demo people, the words of welcome.

`python -m config.embedded.prepare WELCOME_FILE`. One process for all of it, because
starting Django costs more than the work.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor

from config.embedded.errors import BAD_SETTING


def main(welcome: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        django.setup()
        import_module("config.checks").insist()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        raise SystemExit(BAD_SETTING) from error
    _migrate()
    known = get_commands()
    if settings.DEBUG and "seed_demo" in known:
        call_command("seed_demo")
    if "welcome" in known:
        with welcome.open("w") as file:
            call_command("welcome", stdout=file)


def _migrate() -> None:
    """Where no migration is missing, only what the apps enter after each is entered: the
    command would put together first, for seconds, what all models were once."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False)
    else:
        emit_post_migrate_signal(0, interactive=False, db=DEFAULT_DB_ALIAS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
