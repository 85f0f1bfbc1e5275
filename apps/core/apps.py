from django.apps import AppConfig
from django.core.signals import request_started


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        # Needs the settings, which are there by now.
        from apps.core.connections import replace_if_closed

        request_started.connect(replace_if_closed)
