"""Where a person stands: the next step, the last words, what is coming."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.assistant.models import Reminder
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in
from apps.sms import numbers, threads
from apps.sms.models import InboundText

LAST_MESSAGES = 5
NEXT_REMINDERS = 3


@dataclass(frozen=True)
class Step:
    name: str
    why: str
    action: str
    url: str
    is_done: bool


@signed_in
@require_safe
def overview(request: SignedIn) -> HttpResponse:
    user = request.user
    steps = first_steps(user)
    upcoming = Reminder.objects.owned_by(user).upcoming()
    return render(
        request,
        "portal/overview.html",
        {
            "steps": steps,
            "next_step": next((step for step in steps if not step.is_done), None),
            "steps_done": sum(step.is_done for step in steps),
            "messages_page": threads.page(user, limit=LAST_MESSAGES),
            "reminders": upcoming[:NEXT_REMINDERS],
            "more_reminders": max(0, upcoming.count() - NEXT_REMINDERS),
        },
    )


def first_steps(user: User) -> list[Step]:
    """What a new account does in its first hour, in order."""
    return [
        Step(
            "Verify your email",
            "It is how you get back in.",
            "Verify",
            reverse("account_email"),
            EmailAddress.objects.filter(user=user, verified=True).exists(),
        ),
        Step(
            "Set your time zone",
            "“Tomorrow at 9” should mean your 9.",
            "Set it",
            reverse("portal:profile"),
            user.timezone != "UTC",
        ),
        Step(
            "Link a phone",
            "One text proves that it is yours.",
            "Link",
            reverse("portal:phones"),
            numbers.primary(user) is not None,
        ),
        Step(
            "Send your first text",
            "Text ? to see what it can do.",
            "How",
            reverse("portal:conversation"),
            InboundText.objects.owned_by(user).exists(),
        ),
        Step(
            "Set a reminder",
            "“remind me to call Ana tomorrow at 9”",
            "How",
            reverse("portal:conversation"),
            Reminder.objects.owned_by(user).exists(),
        ),
    ]
