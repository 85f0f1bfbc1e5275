"""The next test begins with nothing of the last one's, whatever triggers write while its
rows go."""

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics.models import HolderChange
from apps.analytics.models.roles import RoleTool
from apps.assistant.models import ToolDelta
from tests import flushing
from tests.analytics.rows import drained


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_by_the_triggers_of_what_goes(alice: User) -> None:
    ToolDelta.objects.create(
        at=timezone.now(), user_id=alice.pk, tool="notes.add", outcome="done", calls=1
    )
    drained()
    assert RoleTool.objects.exists()
    flushing.put_back(unasked=False)
    assert not RoleTool.objects.exists()
    assert not HolderChange.objects.exists()
    assert not User.objects.exists()
