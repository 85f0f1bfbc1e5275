"""What is kept of a person here: where they want to be told of what happens."""

from typing import Any

from apps.core.dossier import Kept
from apps.webhooks.models import Delivery, Endpoint, News


def _news(user: Any) -> Any:
    return News.objects.filter(user_id=user.pk)


def _deliveries(user: Any) -> Any:
    return Delivery.objects.owned_by(user).select_related("endpoint")


PERSONAL = (
    Kept(
        Endpoint,
        ("user",),
        "Your webhooks: addresses that are told of what happens. The secrets they are"
        " signed with were shown to you alone.",
        name="webhooks",
        columns={
            "id": "public_id",
            "name": "name",
            "url": "url",
            "types": "types",
            "include_text": "include_text",
            "is_enabled": "is_enabled",
            "why_it_is_off": "ending",
            "created_at": "created_at",
            "last_success_at": "last_success_at",
            "failing_since": "failing_since",
        },
    ),
    Kept(
        Delivery,
        ("endpoint",),
        "What your webhooks were sent in the last weeks, and what they answered.",
        name="webhook-deliveries",
        columns={
            "id": "public_id",
            "webhook": "endpoint.public_id",
            "type": "type",
            "data": "data",
            "happened_at": "happened_at",
            "state": "state",
            "attempts": "attempts",
            "attempted_at": "attempted_at",
            "status_code": "status_code",
            "error": "error",
            "answer": "answer",
        },
        of=_deliveries,
    ),
    Kept(
        News,
        ("user_id",),
        "That something changed of which your webhooks are to be told: for seconds.",
        stays="Only those of nobody.",
        also=_news,
    ),
)
