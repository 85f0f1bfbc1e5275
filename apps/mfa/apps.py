from django.apps import AppConfig


class MfaConfig(AppConfig):
    name = "apps.mfa"
    # allauth.mfa, which keeps the passkeys, has taken "mfa".
    label = "factors"
    verbose_name = "Second factors"

    def ready(self) -> None:
        from apps.mfa import checks, passkeys  # noqa: F401  (registered, listening)
