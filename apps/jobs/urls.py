from django.urls import path

from apps.jobs import alertmanager, views, webhooks

urlpatterns = [
    path("mail/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("webhooks/alerts/", alertmanager.alerts, name="alertmanager"),
    path(
        "webhooks/mail/<slug:provider>/tracking/",
        webhooks.tracking,
        name="mail_tracking",
    ),
]
