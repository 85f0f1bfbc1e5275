"""Where a person stands: the next step, the last words, what is coming."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.assistant.models import Reminder
from apps.core import live
from apps.core.verbs import require_safe
from apps.integrations import cards, endpoints
from apps.integrations.models import Connection
from apps.portal import setting_up, shares, sms_links, tiles
from apps.portal.setting_up import Step
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in
from apps.sms import threads
from apps.sms.models import InboundText
from apps.sms.money import shortage

LAST_MESSAGES = 5
NEXT_REMINDERS = 3


@signed_in
@require_safe
def overview(request: SignedIn) -> HttpResponse:
    """What is written and used below is live: it asks again with the version it shows."""
    user = request.user
    now = _now(user)
    said = [(each.pk, each.text, each.due_at) for each in now["reminders"]]
    accounts = [account.version for account in now["accounts"]]
    return live.answer(
        request,
        live.version({**now, "reminders": said, "accounts": accounts}),
        lambda: (
            now if live.is_asked_again(request) else {**_above(request, now), **now}
        ),
        page="portal/overview.html",
        part="portal/_overview_live.html",
    )


def _now(user: User) -> dict[str, Any]:
    """What goes on; of somebody new, who has nothing to be counted, what to text."""
    upcoming = Reminder.objects.owned_by(user).upcoming()
    reminders = list(upcoming[: NEXT_REMINDERS + 1])
    more = upcoming.count() - NEXT_REMINDERS if reminders[NEXT_REMINDERS:] else 0
    connections = list(Connection.objects.owned_by(user))
    page = threads.page(user, limit=LAST_MESSAGES)
    is_new = not (page.messages or connections)
    return {
        "messages_page": page,
        "reminders": reminders[:NEXT_REMINDERS],
        "more_reminders": more,
        "accounts": cards.accounts(connections),
        "tiles": [] if is_new else tiles.of(user, connections),
        "first_text": sms_links.first_text(user) if not page.messages else None,
    }


def _above(request: SignedIn, now: dict[str, Any]) -> dict[str, Any]:
    """What needs a step of theirs."""
    user, steps = request.user, _steps(request)
    unanswered = threads.unanswered(now["messages_page"])
    return {
        "steps": steps,
        "is_setting_up": user.is_setting_up,
        "next_step": next((step for step in steps if not step.is_done), None),
        "steps_done": sum(step.is_done for step in steps),
        "offered": shares.offered(user),
        "in_need": [account for account in now["accounts"] if account.is_in_need],
        "missed": threads.missed(now["messages_page"]),
        "unanswered": unanswered,
        "answers_from": unanswered and shortage.until(user, unanswered.number),
    }


def _steps(request: SignedIn) -> list[Step]:
    """Those after sign-up until all are done or dismissed, then the first hour's."""
    user = request.user
    if user.is_setting_up:
        steps = setting_up.steps(user)
        if not all(step.is_done for step in steps):
            return steps
        # Who stands in for somebody changes nothing.
        if not getattr(request, "standing_in", None):
            setting_up.end(user)
    return first_steps(user)


def first_steps(user: User) -> list[Step]:
    """What a new account does in its first hour, in order."""
    found = [
        setting_up.verify_email(user),
        Step(
            gettext("Set your time zone"),
            gettext("“Tomorrow at 9” should mean your 9."),
            gettext("Set it"),
            reverse("portal:profile"),
            user.timezone != "UTC",
        ),
        setting_up.link_phone(user),
        Step(
            gettext("Send your first text"),
            gettext("Text ? to see what it can do."),
            gettext("How"),
            reverse("portal:conversation"),
            InboundText.objects.owned_by(user).exists(),
        ),
        Step(
            gettext("Set a reminder"),
            gettext("“remind me to call Ana tomorrow at 9”"),
            gettext("How"),
            reverse("portal:conversation"),
            Reminder.objects.owned_by(user).exists(),
        ),
    ]
    # Where no provider is set up nobody is sent looking for one.
    return [*found, _connect_account(user)] if endpoints.offered() else found


def _connect_account(user: User) -> Step:
    return Step(
        gettext("Connect an account"),
        gettext("Your calendar or your notes, as far as you allow it."),
        gettext("Connect"),
        reverse("integrations:connections"),
        Connection.objects.owned_by(user).exists(),
    )
