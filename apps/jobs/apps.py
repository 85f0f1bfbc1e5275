from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "apps.jobs"
    label = "jobs"
    verbose_name = "Work"

    def ready(self) -> None:
        from apps.jobs import checks  # noqa: F401  (registers the system checks)
