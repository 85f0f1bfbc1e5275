from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IntegrationsConfig(AppConfig):
    name = "apps.integrations"
    verbose_name = "Connections"

    def ready(self) -> None:
        from apps.integrations import breaker, checks  # noqa: F401  (one registers)

        post_migrate.connect(breaker.enter, sender=self)
