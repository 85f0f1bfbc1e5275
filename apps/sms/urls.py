from django.urls import path

from apps.sms import webhooks

urlpatterns = [
    path("sms/", webhooks.inbound, name="twilio_sms"),
    path("status/", webhooks.status, name="twilio_status"),
    path("fallback/", webhooks.fallback, name="twilio_fallback"),
]
