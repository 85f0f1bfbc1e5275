from django.urls import path

from bench.usual.views import Inbound

urlpatterns = [path("webhooks/twilio/sms/", Inbound.as_view())]
