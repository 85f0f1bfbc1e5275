"""What of the background work belongs to a person: what they asked for, and what was
written to them."""

from apps.jobs.models import Job, Letter
from apps.rbac.catalog import Permission
from apps.rbac.resources import Resource, own

RESOURCES = (
    Resource(Job, own(Permission.JOB_VIEW), owner="asked_by"),
    Resource(Letter, own(Permission.LETTER_VIEW), owner="person"),
)
