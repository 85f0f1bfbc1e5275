from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "apps.integrations"
    verbose_name = "Connections"

    def ready(self) -> None:
        from apps.integrations import checks  # noqa: F401  (registered)
