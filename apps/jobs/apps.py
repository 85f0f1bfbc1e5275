from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "apps.jobs"
    label = "jobs"
    verbose_name = "Work"

    def ready(self) -> None:
        from apps.jobs import checks, keeping  # noqa: F401  (registers the checks)

        post_migrate.connect(keeping.enter, sender=self)
