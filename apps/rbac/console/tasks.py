"""What operators come for. Each page of the console belongs to one of these tasks."""

from typing import Any

TASKS = ("People", "Connections", "Messaging", "Work", "Safety", "System")

# Pages of packages, which cannot say it themselves.
_OF_PACKAGES = {
    "django_celery_beat": "Work",
}


def task_of(page: Any) -> str:
    """`task` of a ModelAdmin; System for whatever says nothing."""
    declared = getattr(page, "task", None) or _OF_PACKAGES.get(page.opts.app_label)
    return str(declared or "System")
