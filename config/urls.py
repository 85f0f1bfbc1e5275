from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from apps.core import health, metrics

handler404 = "apps.core.problems.not_found"
handler500 = "apps.core.problems.defect"

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", login_not_required(metrics.metrics), name="metrics"),
    path("webhooks/twilio/", include("apps.sms.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.portal.urls")),
]
