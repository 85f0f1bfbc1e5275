"""The frame around every page: where one can go, and where one is."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.core import languages
from apps.integrations import sign_in
from apps.sms import numbers, simulator

PRODUCT = "Switchboard"


class SignedIn(HttpRequest):
    """A request of somebody: LoginRequiredMiddleware let nobody else through."""

    user: User


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    label: str
    items: list[Item]


# group, then (label, icon, name of the page, where on it if not at its top)
_MAP = (
    (
        gettext_noop("Home"),
        (
            (gettext_noop("Overview"), "layout-dashboard", "portal:overview"),
            (
                gettext_noop("Conversation"),
                "messages-square",
                "portal:conversation",
                "#newest",
            ),
            (gettext_noop("Search"), "search", "portal:search"),
            (gettext_noop("Usage"), "receipt", "portal:usage"),
        ),
    ),
    (
        gettext_noop("Assistant"),
        (
            (gettext_noop("Reminders"), "alarm-clock", "portal:reminders"),
            (gettext_noop("Calendar"), "calendar-days", "portal:calendar"),
            (gettext_noop("Lists"), "list-checks", "portal:lists"),
            (gettext_noop("Notes"), "notebook-pen", "portal:notes"),
            (gettext_noop("Shared"), "users", "portal:shares"),
            (gettext_noop("Memory"), "brain", "portal:memory"),
            (gettext_noop("Approvals"), "badge-check", "portal:approvals"),
            (gettext_noop("Features"), "toggle-right", "portal:features"),
        ),
    ),
    (
        gettext_noop("Connect"),
        (
            (gettext_noop("Phones"), "smartphone", "portal:phones"),
            (gettext_noop("Connections"), "plug", "integrations:connections"),
        ),
    ),
    (
        gettext_noop("You"),
        (
            (gettext_noop("Profile"), "user-round", "portal:profile"),
            (gettext_noop("Preferences"), "sliders-horizontal", "portal:preferences"),
            (gettext_noop("Appearance"), "palette", "portal:appearance"),
            (gettext_noop("Notifications"), "bell", "portal:notifications"),
            (gettext_noop("Email"), "mail", "account_email"),
            (gettext_noop("Password"), "key-round", "account_change_password"),
            (gettext_noop("Security"), "shield-check", "mfa:factors"),
            (gettext_noop("Sign-ins"), "monitor-smartphone", "sign_ins"),
            (gettext_noop("API tokens"), "square-terminal", "portal:tokens"),
            (gettext_noop("Webhooks"), "webhook", "portal:webhooks"),
            (gettext_noop("Activity"), "activity", "portal:activity"),
            (gettext_noop("Your data"), "archive", "portal:data"),
        ),
    ),
    (
        gettext_noop("Help"),
        (
            (gettext_noop("Help"), "circle-question-mark", "portal:help"),
            (gettext_noop("Privacy"), "lock", "portal:privacy"),
            (gettext_noop("Status"), "heart-pulse", "portal:status"),
        ),
    ),
)


# Asks for no cookie.
_FOR_ALL = "portal:status"


def navigation(path: str) -> list[Group]:
    """The pages by group; the one that `path` belongs to is the current one."""
    return [
        Group(label, [_item(path, *entry) for entry in entries])
        for label, entries in _MAP
    ]


def place_of(path: str) -> Item | None:
    """The page of the navigation that an address belongs to, most closely."""
    found = [item for group in navigation(path) for item in group.items]
    inside = [item for item in found if item.is_current]
    return max(inside, key=lambda item: len(item.url), default=None)


def _item(path: str, label: str, icon: str, name: str, place: str = "") -> Item:
    url = reverse(name)
    if name == _FOR_ALL:
        # It knows nobody: the link says how its reader reads.
        zone = timezone.get_current_timezone_name()
        place = "?" + urlencode({"lang": languages.spoken(), "zone": zone})
    inside = path.startswith(url) and name != "portal:overview"
    return Item(label, icon, url + place, is_current=inside or path == url)


def has_phone_simulator() -> bool:
    return simulator.is_on()


def has_mail_reader() -> bool:
    """Whether mail is kept in files here, and this is no server of the public."""
    kept = settings.POST_BACKEND == "apps.core.mailbox.EmailBackend"
    return kept and (bool(settings.DEBUG) or simulator.is_on())


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template. Touches neither the database nor the session."""
    return {
        "product": PRODUCT,
        "our_number": settings.TWILIO_NUMBER,
        "our_number_shown": numbers.display(settings.TWILIO_NUMBER),
        "navigation": navigation(request.path),
        "has_phone_simulator": has_phone_simulator(),
        "has_mail_reader": has_mail_reader(),
        "sign_in_with": sign_in.offered(),
    }
