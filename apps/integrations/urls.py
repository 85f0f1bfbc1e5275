from django.urls import path

from apps.integrations import detail, views

app_name = "integrations"

_ONE = "app/connections/<uuid:public_id>"

urlpatterns = [
    path("app/connections/", views.index, name="connections"),
    path("app/connections/consents/", detail.consents_given, name="consents"),
    path(f"{_ONE}/", detail.connection, name="connection"),
    path(f"{_ONE}/more/", views.more, name="more"),
    path(f"{_ONE}/events/", detail.events, name="events"),
    path(f"{_ONE}/test/", detail.test, name="test"),
    path(f"{_ONE}/renew/", detail.renew, name="renew"),
    path(f"{_ONE}/pause/", detail.pause, name="pause"),
    path(f"{_ONE}/resume/", detail.resume, name="resume"),
    path(f"{_ONE}/switch-off/", detail.switch_off, name="switch_off"),
    path(f"{_ONE}/disconnect/", detail.disconnect, name="disconnect"),
    path("app/connections/<slug:provider>/", views.provider, name="provider"),
    path("app/connections/<slug:provider>/connect/", views.connect, name="connect"),
    path("app/connections/<slug:provider>/callback/", views.callback, name="callback"),
]
