"""A list of the console asks as little of ten thousand rows as of ten."""

import pytest
from django.contrib import admin
from django.contrib.admin import AllValuesFieldListFilter
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.portal import demo
from apps.rbac import audit, roles
from apps.sms.models import OptOut
from tests.jobs.test_timetable import beat_starts
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
MOST = 9
# No list: twelve tables and charts of sums.
OTHERS = {"/admin/analytics/daysum/": 22}


@pytest.fixture
def ada() -> User:
    return person("administrator", email="eve@example.com")


def test_each_list_asks_nine_questions_at_most(ada: User) -> None:
    demo.people()
    demo.history()
    beat_starts()
    above = roles.create(by=ada, slug="above", name="Above")
    for number in range(12):
        somebody = person("premium")
        slug = f"below{number}"
        roles.create(by=ada, slug=slug, name=f"Below {number}", inherits=[above])
        audit.done("accounts.user.change", actor=somebody)
        OptOut.objects.create(
            our_number="+12025550100",
            number=f"+1202555{number:04}",
            is_out=True,
            source="text",
        )
    client = signed_in(ada)
    client.get("/admin/")
    for model in admin.site._registry:
        meta = model._meta
        listed = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(listed)
        if answer.status_code == 200:
            said = [each["sql"] for each in asked]
            most = OTHERS.get(listed, MOST)
            assert len(said) <= most, (listed, len(said), said)
            shown = answer.context.get("cl")
            for each in getattr(shown, "filter_specs", ()):
                assert not isinstance(each, AllValuesFieldListFilter), listed


def test_what_a_filter_offers_it_finds(ada: User) -> None:
    client = signed_in(ada)
    for listed, asked, offered in (
        ("/admin/assistant/toolcall/", "tool", "reminders.create"),
        ("/admin/sms/optout/", "source", "carrier"),
    ):
        page = client.get(listed).content.decode()
        assert f'href="?{asked}={offered}"' in page
        for value in (offered, "no_more"):
            assert client.get(f"{listed}?{asked}={value}").status_code == 200
