"""What allauth asks us: where links point, and which e-mail addresses are taken."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.internal.httpkit import is_headless_request
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext

from apps.accounts import (
    closing,
    cookies,
    email_addresses,
    fresh_auth,
    letters,
    passwords,
    sessions,
    signup,
    tries,
)
from apps.accounts.models import User
from apps.core import languages
from apps.core.addresses import client_address
from apps.core.errors import Conflict, Forbidden, Invalid, TooMany
from apps.core.spelling import canonical
from apps.jobs import mail

_NOBODYS = "unknown_account"
_PROOF = "email_confirmation"
# What strangers can cause, counted apart: who signs somebody up keeps no reset from
# them, which is the way back.
_RESET, _SIGN_UP = "password_reset_key", "sign_up"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped package
    def clean_email(self, email: str) -> str:
        """Only addresses that are their own canonical form, so none looks alike, in the
        one spelling they are kept in."""
        try:
            plain, spelled = canonical(email), email_addresses.spelled(email)
        except Invalid as error:
            raise ValidationError(error.sentence, code=error.code) from None
        if plain != email.lower():
            raise ValidationError(
                gettext("Write this address with plain letters."), code="look_alike"
            )
        return spelled

    def save_user(
        self, request: HttpRequest, user: User, form: Any, commit: bool = True
    ) -> User:
        """Raises Conflict when somebody was faster with the same address."""
        user.name = form.cleaned_data.get("name", "")
        user.timezone = form.cleaned_data.get("timezone") or user.timezone
        # What they read the page in.
        user.locale = languages.spoken()
        user.is_setting_up = True
        try:
            saved: User = super().save_user(request, user, form, commit=commit)
        except IntegrityError:
            raise Conflict(
                gettext("This address has just been signed up with.")
            ) from None
        if phone := form.cleaned_data.get("phone"):
            signup.phones().note(saved, phone)
        return saved

    def get_client_ip(self, request: HttpRequest) -> str:
        """What allauth counts tries by: the same address as everywhere else."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The package's own counting is replaced by `authenticate`'s."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Raises TooMany before the password is looked at."""
        if len(credentials.get("password") or "") > passwords.LONGEST:
            # Nobody's, so there is nothing to hash: that of a megabyte takes a while.
            return None
        with tries.of_password(request, str(credentials.get("email", ""))) as one:
            found: User | None = super().authenticate(request, **credentials)
            one.is_good = found is not None
        if found is not None:
            # allauth asks twice more about one of them before they are signed in.
            known = EmailAddress.objects.filter(user=found)
            EmailAddress.objects.fill_cache_for_user(found, list(known))
        return found

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The password was right: so they may know what stands in the way."""
        if is_headless_request(request) and user.closed_at is None:
            raise Forbidden(
                "This account is suspended. Ask whoever runs this site.",
                code="account_suspended",
            )
        if is_headless_request(request):
            raise Forbidden(
                gettext(
                    "This account is closed. If you closed it yourself within the last "
                    "%(days_to_return)s days, a reset of its password opens it again."
                )
                % {"days_to_return": closing.DAYS_TO_RETURN},
                code="account_closed",
            )
        answer: HttpResponse = super().respond_user_inactive(request, user)
        if user.closed_at is None:
            answer["Location"] += "?suspended"
        return answer

    def pre_login(
        self, request: HttpRequest, user: User, **about: Any
    ) -> HttpResponse | None:
        answer: HttpResponse | None = super().pre_login(request, user, **about)
        if answer is None:
            cookies.pending(request, user)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        """After every stage, minutes later perhaps. Raises `sessions.Over`."""
        try:
            cookies.insist_unchanged(request, user)
        except sessions.Over:
            clear_login(request)
            raise
        super().login(request, user)

    def set_password(self, user: User, password: str) -> None:
        """Raises Conflict when the one that was proved to get here is not theirs any
        more: of several changes at once, with one old password, the first counts.
        Or when the account was closed too long ago to be opened."""
        if user.closed_at is not None and not closing.may_return(user):
            raise Conflict(
                gettext("This account is closed, and cannot be opened again.")
            )
        before = user.password
        user.set_password(password)
        unchanged = User.objects.filter(pk=user.pk, password=before)
        if not unchanged.update(password=user.password):
            user.password = before
            raise Conflict(
                gettext("This password has just been changed. Sign in again.")
            )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The sign-in itself says how fresh it is, not a list in the session."""
        fresh_auth.insist(self.request)
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A password is no proof for who has more."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and fresh_auth.has_second_factor(user):
            return [each for each in found if each["id"] != "reauthenticate"]
        return found

    def get_reset_password_from_key_url(self, key: str) -> str:
        """`key` is allauth's "<person>-<token>"."""
        uid, _, token = key.partition("-")
        name = "account_reset_password_from_key"
        return letters.public(reverse(name, kwargs={"uidb36": uid, "key": token}))

    def send_account_already_exists_mail(self, email: str) -> None:
        name = "account_already_exists"
        _post(letters.written(name, to=email, about={}), name)

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """allauth calls its letters by the paths of its own templates. Anybody can
        cause them; what is told to an owner goes through `letters.tell`."""
        name = template_prefix.removeprefix("account/email/")
        if name != _NOBODYS:
            name = name.removesuffix("_signup")
            if name == _PROOF:
                # After the "#" it reaches no server and no log, and scanners of mail
                # use nothing up: the page fills it in, its button sends it.
                page = letters.public(reverse("account_email_verification_sent"))
                context = {**context, "confirm_url": f"{page}#{context['code']}"}
            reader = getattr(context.get("user"), "locale", languages.spoken())
            with languages.speaking(reader):
                _post(letters.written(name, to=email, about=context), name)
            return
        key = closing.key_for(email)
        # Without one it is written and queued like a letter to somebody: the time it
        # takes must not say who has an account.
        link = self.get_reset_password_from_key_url(key or f"0-{get_random_string(39)}")
        about = {"password_reset_url": link, "days": closing.DAYS_TO_RETURN}
        letter = letters.written("account_reopen", to=email, about=about)
        _post(letter, _RESET, has_reader=bool(key))

    def get_login_stages(self) -> list[str]:
        """allauth's, with ours in place of some: by name, they stand above this app."""
        swapped: dict[str, str] = settings.ACCOUNT_LOGIN_STAGES
        return [swapped.get(stage, stage) for stage in super().get_login_stages()]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGIN_REDIRECT_URL)


def _post(
    letter: EmailMultiAlternatives, name: str, *, has_reader: bool = True
) -> None:
    """Send it, if the address is not written to too often at the wish of strangers.

    Every address is counted, and whoever asks is answered as if the letter were sent:
    it has cost them the same.
    """
    try:
        tries.of_letter(letter.to[0], _RESET if name == _RESET else _SIGN_UP)
    except TooMany:
        return
    is_proof = name == _PROOF
    mail.post(letter, name=name, is_proof=is_proof, has_reader=has_reader)
