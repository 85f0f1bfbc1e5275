from django.urls import path

from apps.integrations import views

app_name = "integrations"

urlpatterns = [
    path("app/connections/", views.index, name="connections"),
    path("app/connections/<slug:provider>/connect/", views.connect, name="connect"),
    path("app/connections/<slug:provider>/callback/", views.callback, name="callback"),
    path("app/connections/<uuid:public_id>/", views.connection, name="connection"),
]
