from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        # Needs the settings, which are there by now.
        from apps.core import pool
        from apps.core.connections import bound, replace_if_closed
        from apps.core.moments import read_quickly

        request_started.connect(replace_if_closed)
        connection_created.connect(read_quickly)
        connection_created.connect(bound)
        # After Django has given the connection back.
        request_finished.connect(pool.count)
