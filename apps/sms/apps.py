from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SmsConfig(AppConfig):
    name = "apps.sms"
    label = "sms"
    verbose_name = "Messaging"

    def ready(self) -> None:
        from apps.sms import checks, router  # noqa: F401  (the first registers checks)
        from apps.sms.money import prices

        for each in (router, prices):
            post_migrate.connect(each.enter, sender=self)
