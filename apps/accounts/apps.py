from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts import cookies, events  # noqa: F401  (listen to signals)

        # sessions.begin writes it.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
