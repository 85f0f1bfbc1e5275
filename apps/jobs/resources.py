"""What of the background work belongs to a person: what they asked for."""

from apps.jobs.models import Job
from apps.rbac.catalog import Permission
from apps.rbac.resources import Resource, own

RESOURCES = (Resource(Job, own(Permission.JOB_VIEW), owner="asked_by"),)
