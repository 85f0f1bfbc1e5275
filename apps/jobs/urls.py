from django.urls import path

from apps.jobs import alertmanager

urlpatterns = [
    path("webhooks/alerts/", alertmanager.alerts, name="alertmanager"),
]
