from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "apps.jobs"
    label = "jobs"
    verbose_name = "Work"

    def ready(self) -> None:
        from apps.jobs import (  # noqa: F401  (some register checks)
            checks,
            keeping,
            watch,
        )

        for each in (keeping, watch):
            post_migrate.connect(each.enter, sender=self)
