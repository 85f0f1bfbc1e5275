from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("standing-in/stop/", views.stop_standing_in, name="stop_standing_in"),
    path(
        "accounts/password/change/",
        views.change_password,
        name="account_change_password",
    ),
    path("accounts/email/", views.manage_email, name="account_email"),
    path(
        "accounts/confirm-email/",
        views.confirm_email,
        name="account_email_verification_sent",
    ),
    path("accounts/email/revert/<str:key>/", views.revert_email, name="revert_email"),
    path("accounts/email/again/", views.ask_to_reach, name="ask_to_reach"),
    path("accounts/email/again/<str:key>/", views.reach_again, name="reach_again"),
    path("app/settings/panic/", views.end_everything, name="panic"),
    path("app/settings/sign-ins/", views.sign_ins, name="sign_ins"),
    path("app/settings/sign-ins/others/", views.end_others, name="end_others"),
    path("app/settings/sign-ins/<uuid:sid>/end/", views.end, name="end_sign_in"),
]
