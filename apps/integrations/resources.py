"""What of the connections belongs to a person."""

from apps.integrations.models import Connection, Consent
from apps.rbac.catalog import Permission
from apps.rbac.resources import Resource, own

RESOURCES = (
    Resource(
        Connection,
        own(
            Permission.CONNECTION_VIEW,
            Permission.CONNECTION_CHANGE,
            Permission.CONNECTION_DELETE,
        ),
    ),
    Resource(Consent, own(Permission.CONSENT_VIEW)),
)
