"""`manage.py only_expands`: whether the migrations to come leave the release that runs
all that it uses."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.expansion import takes_away


class Command(BaseCommand):
    help = (
        "Refuse migrations that take away or rename what the release before uses; "
        "see docs/releasing.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        loader = executor.loader
        # A database with nothing in it has no release before.
        if not loader.applied_migrations:
            return
        plan = [each for each, _ in executor.migration_plan(loader.graph.leaf_nodes())]
        found = takes_away(
            (each, loader.project_state((each.app_label, each.name), at_end=False))
            for each in plan
        )
        if found:
            raise CommandError(
                "\n".join(
                    [
                        "The release that runs would miss what these take away:",
                        *found,
                        "Once it uses it no more: CONTRACT=1 deploy.sh …",
                    ]
                ),
                returncode=1,
            )
        self.stdout.write(f"{len(plan)} migrations to come, and they only add.")
