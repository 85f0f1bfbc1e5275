"""Signing in with Google or Microsoft, apart from connecting an account there.

It asks who somebody is and for nothing else; no token is kept. An account here is found
by the account there alone, never by an address: whoever only claims an address, here or
there, gets nothing by it. allauth signs people up and in, so second factors, sign-ins
and limits are the same as with a password.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db import IntegrityError, transaction
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop

from apps.accounts import email_changes, letters, linked, names, sessions, signup
from apps.accounts.models import User
from apps.core.errors import Conflict, Forbidden, Invalid, NotFound
from apps.integrations import asking, endpoints, handshake
from apps.integrations import provider as shelf
from apps.integrations.handshake import NotBegunHere
from apps.integrations.provider import Provider
from apps.rbac import audit

# What somebody comes back for.
ENTER, LINK, PROVE = "enter", "link", "prove"
# That they choose the account, and are seen there once more.
_ASK = {"prompt": "select_account"}
_OF_ANOTHER = gettext_noop("That account signs in somebody else here.")


@dataclass(frozen=True)
class Back:
    """What this browser left for."""

    what: str
    # Nobody, for whoever signs in.
    user_id: int | None
    next: str = ""
    # Where a page of its own, that began it over the API, wants them whatever comes of
    # it; a path of ours.
    back: str = ""


def offered() -> list[Provider]:
    return [each for each in endpoints.offered() if each.sign_in_scopes]


def declared(provider_id: str) -> Provider:
    """Raises NotFound for what signs nobody in."""
    provider = endpoints.offer(provider_id)
    if not provider.sign_in_scopes:
        raise NotFound(gettext("That is no way to sign in."))
    return provider


def begin(
    request: Any, provider: Provider, what: str, next_page: str = "", *, back: str = ""
) -> str:
    """The address to lead this browser to."""
    user = request.user if request.user.is_authenticated else None
    left = Back(what, user.pk if user else None, next_page or back, back)
    parameters = _ASK
    if what == PROVE:
        parameters = {"prompt": "login" if provider.id == "microsoft" else "consent"}
    return handshake.lead(
        request,
        provider,
        handshake.SIGN_IN,
        scopes=provider.sign_in_scopes,
        parameters=parameters,
        data=vars(left),
    )


def returned(request: Any, provider: Provider) -> Back:
    """What they left for. Raises NotBegunHere."""
    try:
        back = Back(**handshake.returned(request, provider, handshake.SIGN_IN))
    except TypeError:
        raise NotBegunHere from None
    here = request.user.pk if request.user.is_authenticated else None
    if back.what != ENTER and (here is None or here != back.user_id):
        raise NotBegunHere
    return back


def told(request: Any, provider: Provider) -> SocialLogin:
    """Who they are there, by the provider's own word. After `returned`.

    Raises Denied, HandshakeFailed.
    """
    _, login = handshake.exchanged(request, provider, handshake.SIGN_IN)
    login.token = None
    login.account.provider = provider.id
    # To tell it by. Their name and picture there are nobody's business here.
    email = next((each.email for each in login.email_addresses if each.email), "")
    login.account.extra_data = {"email": email} if email else {}
    return login


def enter(request: HttpRequest, login: SocialLogin, back: Back) -> HttpResponse:
    """Into the account that is linked, or into a new one."""
    login.state = {"process": "login", "next": back.next}
    answer: HttpResponse = complete_social_login(request, login)
    return answer


def link(request: Any, login: SocialLogin) -> None:
    """From now on they may sign in with it. Raises Conflict for one that is somebody's,
    `sessions.Over` when their sign-in has ended meanwhile: nothing that is on its way
    outlives what took all links away."""
    user, account = request.user, login.account
    try:
        with transaction.atomic():
            User.objects.locked(user.pk)
            sessions.current(request.sign_in.pk)
            row, is_new = SocialAccount.objects.get_or_create(
                provider=account.provider,
                uid=account.uid,
                defaults={"user": user, "extra_data": account.extra_data},
            )
            if row.user_id != user.pk:
                raise Conflict(gettext(_OF_ANOTHER))
            if is_new:
                audit.done(
                    linked.LINK, actor=user, obj=user, after={"provider": row.provider}
                )
                _tell(user, row, "sign_in_linked")
    except IntegrityError:
        raise Conflict(gettext(_OF_ANOTHER)) from None


def unlink(user: User, row: SocialAccount) -> None:
    """Raises Conflict for the last way in."""
    with transaction.atomic():
        person = User.objects.locked(user.pk)
        others = SocialAccount.objects.filter(user=person).exclude(pk=row.pk)
        if not person.has_usable_password() and not others.exists():
            raise Conflict(gettext("It is your only way in. Set a password first."))
        _tell(user, row, "sign_in_unlinked")
        linked.remove(row, by=user)


def prove(request: Any, login: SocialLogin) -> None:
    """They are who they were: the account there is linked to theirs here. Raises
    Forbidden."""
    account: SocialAccount = login.account
    theirs = SocialAccount.objects.filter(
        user=request.user, provider=account.provider, uid=account.uid
    )
    if not theirs.exists():
        raise Forbidden(
            gettext("That is another account than the one you sign in with.")
        )
    sessions.proved(request.sign_in, account.provider, twice=False)


def _tell(user: User, row: SocialAccount, letter: str) -> None:
    letters.tell(user, letter, provider=shelf.named(row.provider).name)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # ships no types
    """What allauth asks when somebody signs in or up with an account elsewhere."""

    def get_requests_session(self) -> asking.Session:
        return asking.Session()

    def get_provider(self, request: Any, provider: str, client_id: Any = None) -> Any:
        """For a sign-in that waits for a code: allauth keeps which provider it is of.
        There is no row and no setting of its own for them."""
        name = provider.removesuffix(handshake.SIGN_IN.name)
        return handshake.allauths(request, endpoints.offer(name), handshake.SIGN_IN)

    def pre_social_login(self, request: HttpRequest, login: SocialLogin) -> None:
        """Of somebody new: an address that may be written to, as with a sign-up.

        Raises Invalid; or answers as for an address that has an account, by a letter to
        it, for one that waits to be somebody's again.
        """
        if login.is_existing:
            return
        told: list[EmailAddress] = login.email_addresses
        if not told or not told[0].email:
            raise Invalid(
                gettext(
                    "It told us no e-mail address. Sign up with one, and link it "
                    "afterwards."
                )
            )
        try:
            email = account_adapter(request).clean_email(told[0].email)
        except ValidationError as error:
            raise Invalid(error.messages[0]) from None
        told[0].email = login.user.email = email
        if email_changes.is_held(email):
            raise ImmediateHttpResponse(prevent_enumeration(request, email=email))

    def populate_user(self, request: HttpRequest, login: SocialLogin, data: Any) -> Any:
        """The name as it is told, where it can be read as one."""
        user: User = login.user
        user.email = data.get("email") or ""
        parts = (data.get("first_name"), data.get("last_name"))
        name = " ".join(each for each in parts if each)[: signup.NAME_LENGTH]
        with suppress(ValidationError):
            names.insist_readable(name)
            user.name = name
        return user

    def save_user(
        self, request: HttpRequest, login: SocialLogin, form: Any = None
    ) -> User:
        """Raises Conflict when somebody was faster with the same address."""
        user: User = login.user
        user.set_unusable_password()
        user.is_setting_up = True
        try:
            with transaction.atomic():
                login.save(request)
        except IntegrityError:
            raise Conflict(
                gettext("This address has just been signed up with.")
            ) from None
        return user
