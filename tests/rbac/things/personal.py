from apps.core.dossier import Kept
from tests.rbac.things.models import Thing, ThingGroupShare, ThingUserShare

PERSONAL = (
    Kept(Thing, ("user",), "Your things.", name="things", columns={"name": "name"}),
    Kept(ThingUserShare, ("user",), "What others let you see is theirs."),
    Kept(ThingGroupShare, ("content_object",), "Which roles see a thing of yours."),
)
