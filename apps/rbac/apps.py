from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_delete, post_migrate


class RbacConfig(AppConfig):
    name = "apps.rbac"
    label = "rbac"
    verbose_name = "Safety"

    def ready(self) -> None:
        # Imported late: models are there only now.
        import_module("apps.rbac.checks")
        from apps.rbac import person_keys, system_roles

        post_migrate.connect(system_roles.write, sender=self)
        post_delete.connect(person_keys.forget, sender=settings.AUTH_USER_MODEL)
