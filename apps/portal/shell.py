"""The frame around every page: where one can go, and where one is."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User
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
        "Home",
        (
            ("Overview", "layout-dashboard", "portal:overview"),
            ("Conversation", "messages-square", "portal:conversation", "#newest"),
            ("Usage", "receipt", "portal:usage"),
        ),
    ),
    (
        "Assistant",
        (
            ("Reminders", "alarm-clock", "portal:reminders"),
            ("Calendar", "calendar-days", "portal:calendar"),
            ("Lists", "list-checks", "portal:lists"),
            ("Notes", "notebook-pen", "portal:notes"),
            ("Shared", "users", "portal:shares"),
            ("Memory", "brain", "portal:memory"),
            ("Approvals", "badge-check", "portal:approvals"),
            ("Features", "toggle-right", "portal:features"),
        ),
    ),
    (
        "Connect",
        (
            ("Phones", "smartphone", "portal:phones"),
            ("Connections", "plug", "integrations:connections"),
        ),
    ),
    (
        "You",
        (
            ("Profile", "user-round", "portal:profile"),
            ("Preferences", "sliders-horizontal", "portal:preferences"),
            ("Appearance", "palette", "portal:appearance"),
            ("Notifications", "bell", "portal:notifications"),
            ("Email", "mail", "account_email"),
            ("Password", "key-round", "account_change_password"),
            ("Security", "shield-check", "mfa:factors"),
            ("Sign-ins", "monitor-smartphone", "sign_ins"),
            ("API tokens", "square-terminal", "portal:tokens"),
            ("Webhooks", "webhook", "portal:webhooks"),
            ("Activity", "activity", "portal:activity"),
            ("Your data", "archive", "portal:data"),
        ),
    ),
    (
        "Help",
        (
            ("Help", "circle-question-mark", "portal:help"),
            ("Privacy", "lock", "portal:privacy"),
            ("Status", "heart-pulse", "portal:status"),
        ),
    ),
)


def navigation(path: str) -> list[Group]:
    """The pages by group; the one that `path` belongs to is the current one."""
    return [
        Group(label, [_item(path, *entry) for entry in entries])
        for label, entries in _MAP
    ]


def _item(path: str, label: str, icon: str, name: str, place: str = "") -> Item:
    url = reverse(name)
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
