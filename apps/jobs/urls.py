from django.urls import path

from apps.jobs import alertmanager, webhooks

urlpatterns = [
    path("webhooks/alerts/", alertmanager.alerts, name="alertmanager"),
    path(
        "webhooks/mail/<slug:provider>/tracking/",
        webhooks.tracking,
        name="mail_tracking",
    ),
]
