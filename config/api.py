"""The addresses of the API, and the pages that describe it."""

from functools import lru_cache
from typing import Any

from django.urls import include, path
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.rbac.declared import in_person, public
from config import schema  # noqa: F401  (says how people are told apart)


@lru_cache(maxsize=4)
def _made(language: str | None) -> Any:
    """In that language. It takes seconds, and is the same for everybody."""
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # untyped package


class MadeOnce(SchemaGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        if self.api_version:
            # Somebody has asked for one that names it.
            return super().get_schema(request, public)  # type: ignore[no-untyped-call]  # untyped package
        return _made(get_language())


class Schema(SpectacularAPIView):
    policy = public
    generator_class = MadeOnce


class Docs(SpectacularSwaggerSplitView):
    # It has no place for the banner of whoever stands in for somebody.
    policy = in_person(public)


urlpatterns = [
    path("v1/", include("apps.accounts.api")),
    path("v1/", include("apps.sms.api")),
    path("v1/", include("apps.mfa.api")),
    path("v1/", include("apps.integrations.api")),
    path("v1/", include("apps.assistant.api")),
    path("v1/", include("apps.webhooks.api")),
    path("v1/", include("apps.analytics.api")),
    path("v1/", include("apps.portal.api")),
    path("v1/", include("apps.portal.notifications_api")),
    path("v1/", include("apps.accounts.people_api")),
    path("v1/", include("apps.portal.people_api")),
    path("v1/", include("apps.rbac.roles_api")),
    path("v1/", include("apps.rbac.audit_api")),
    path("v1/", include("apps.mfa.people_api")),
    path("v1/", include("apps.sms.operators_api")),
    path("v1/", include("apps.sms.operators_calls_api")),
    path("v1/", include("apps.sms.operators_phones_api")),
    path("v1/", include("apps.integrations.operators_api")),
    path("v1/", include("apps.jobs.operators_api")),
    path("auth/", include("apps.portal.headless")),
    path("auth/", include("apps.mfa.headless")),
    path("auth/", include("apps.integrations.headless")),
    path("auth/", include("apps.accounts.headless")),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(url_name="schema"), name="docs"),
]
