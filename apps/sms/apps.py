from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "apps.sms"
    label = "sms"
    verbose_name = "Messaging"

    def ready(self) -> None:
        from apps.sms import checks  # noqa: F401  (registers the system checks)
