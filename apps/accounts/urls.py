from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("standing-in/stop/", views.stop_standing_in, name="stop_standing_in"),
    path(
        "accounts/password/change/",
        views.change_password,
        name="account_change_password",
    ),
]
