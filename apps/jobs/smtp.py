"""Django's way to a mail server, which asks before the text whether it is still ours.

A server may take long to greet and to accept a recipient, and a worker may be frozen
meanwhile: by then another may have sent the letter.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp

from apps.jobs import progress


class _Asks:
    def data(self, msg: Any) -> Any:
        """Raises LeaseLost: the envelope is dropped with the connection."""
        progress.insist()
        return super().data(msg)  # type: ignore[misc]


class _Plain(_Asks, smtplib.SMTP):
    pass


class _Tls(_Asks, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Tls if self.use_ssl else _Plain
