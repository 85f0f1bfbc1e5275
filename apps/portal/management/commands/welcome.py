from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.accounts.models import User
from apps.portal import demo, shell
from apps.sms import numbers


class Command(BaseCommand):
    help = "Where the pages are and who can sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        self._line("Portal", settings.PUBLIC_URL)
        self._line("Console", f"{settings.PUBLIC_URL}/admin/")
        if shell.has_phone_simulator():
            self._line("Phone simulator", f"{settings.PUBLIC_URL}/dev/phone/")
        if shell.has_mail_reader():
            self._line("Mail reader", f"{settings.PUBLIC_URL}/dev/mail/")
        self._line("Text it at", numbers.display(settings.TWILIO_NUMBER))
        if settings.DEBUG:
            self._demo_people()

    def _demo_people(self) -> None:
        there = User.objects.filter(email_canonical__in=[p.email for p in demo.PEOPLE])
        emails = set(there.values_list("email_canonical", flat=True))
        if not emails:
            return
        self._line("Sign in", f"with the password {demo.password()} as")
        for person in demo.PEOPLE:
            if person.email in emails:
                number = numbers.display(person.number)
                what = number if person.number else person.role
                self._line("", f"{person.email:<20} {what}{self._code(person)}")

    def _code(self, person: demo.Person) -> str:
        """Good for a minute; the command says the next one."""
        code = demo.code(person.email) if person.has_app else ""
        return f", code {code} now (manage.py welcome: the next)" if code else ""

    def _line(self, name: str, value: str) -> None:
        self.stdout.write(f"  {name:<16} {value}")
