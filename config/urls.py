from django.contrib import admin
from django.urls import include, path

from apps.core import health, metrics
from apps.rbac.declared import public

handler400 = "apps.core.problems.bad_request"
handler404 = "apps.core.problems.not_found"
handler500 = "apps.core.problems.defect"

urlpatterns = [
    path("health/live", public(health.live), name="health_live"),
    path("health/ready", public(health.ready), name="health_ready"),
    path("health/servable", public(health.servable), name="health_servable"),
    path("metrics", public(metrics.metrics), name="metrics"),
    path("webhooks/twilio/", include("apps.sms.urls")),
    path("", include("apps.jobs.urls")),
    path("api/", include("config.api")),
    # Ours come first: they stand in for some of the package's.
    path("", include("apps.mfa.urls")),
    path("", include("apps.integrations.urls")),
    path("", include("apps.integrations.sign_in_urls")),
    path("", include("apps.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.portal.urls")),
]
