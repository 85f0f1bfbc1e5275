"""The first administrator of an installation, and any further one, from a shell."""

import getpass
import sys
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from apps.accounts import email_addresses
from apps.accounts.models import User
from apps.core.errors import AppError
from apps.rbac import assignments, catalog
from apps.rbac.models import Role, RoleAssignment


class Command(BaseCommand):
    help = (
        "Make somebody an administrator. A new account gets a password, typed or as the "
        "first line of standard input: create_operator ada@example.com"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            address = email_addresses.spelled(email)
            validate_email(address)
        except (AppError, ValidationError) as error:
            raise CommandError(f"{email} is no e-mail address we take.") from error
        role = Role.objects.get(slug=catalog.ADMINISTRATOR)
        user = User.objects.filter(email_canonical=address).first()
        secret = "" if user else self._password(User(email=address, name=name))
        with transaction.atomic():
            user = user or self._account(address, name, secret)
            held = RoleAssignment.objects.live().filter(user=user, role=role)
            if held.filter(expires_at=None).exists():
                self.stdout.write(f"{address} is an administrator already.")
                return
            assignments.grant(by=None, user=user, role=role, reason="made by command")
        self.stdout.write(f"{address} is an administrator now.")

    def _account(self, address: str, name: str, secret: str) -> User:
        user = User.objects.create_user(address, secret, name=name)
        EmailAddress.objects.create(
            user=user, email=address, verified=True, primary=True
        )
        return user

    def _password(self, user: User) -> str:
        if sys.stdin.isatty():
            given = getpass.getpass("Password: ")
            if given != getpass.getpass("Again: "):
                raise CommandError("The two passwords differ.")
        else:
            given = sys.stdin.readline().rstrip("\n")
        try:
            validate_password(given, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return given
