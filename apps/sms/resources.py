"""What of the texts belongs to a person."""

from apps.rbac.catalog import Permission
from apps.rbac.resources import Resource, own
from apps.sms.models import InboundText, OutboundText, PhoneNumber, Turn

RESOURCES = (
    Resource(
        PhoneNumber,
        own(Permission.NUMBER_VIEW, Permission.NUMBER_CHANGE, Permission.NUMBER_DELETE),
    ),
    Resource(Turn, own(Permission.TURN_VIEW)),
    Resource(InboundText, own(Permission.INBOUND_VIEW)),
    Resource(OutboundText, own(Permission.OUTBOUND_VIEW)),
)
