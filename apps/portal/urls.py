from django.urls import path

from apps.portal import (
    activity,
    closing,
    conversation,
    dev_mail,
    dev_phone,
    landing,
    overview,
    phone_proofs,
    phones,
    profile,
    setting_up,
    usage,
    your_data,
)

app_name = "portal"

urlpatterns = [
    path("", landing.landing, name="landing"),
    path("menu/", landing.menu, name="menu"),
    path("app/", overview.overview, name="overview"),
    path("app/setting-up/dismiss/", setting_up.dismiss, name="dismiss_setting_up"),
    path("app/conversation/", conversation.conversation, name="conversation"),
    path("app/conversation/say/", conversation.say, name="say"),
    path(
        "app/conversation/decide/<uuid:public_id>/", conversation.decide, name="decide"
    ),
    path("app/conversation/undo/<uuid:handle>/", conversation.undo, name="undo"),
    path("app/conversation/files/<uuid:public_id>/", conversation.file, name="file"),
    path("app/usage/", usage.usage, name="usage"),
    path("app/phones/", phones.phones, name="phones"),
    path("app/phones/words/", phones.renew, name="phone_words"),
    path("app/phones/add/", phones.add, name="phone_add"),
    path(
        "app/phones/<uuid:public_id>/primary/",
        phones.make_primary,
        name="phone_primary",
    ),
    path("app/phones/<uuid:public_id>/label/", phones.rename, name="phone_label"),
    path("app/phones/<uuid:public_id>/code/", phone_proofs.code, name="phone_code"),
    path(
        "app/phones/<uuid:public_id>/code/send/",
        phone_proofs.send_code,
        name="phone_code_send",
    ),
    path(
        "app/phones/<uuid:public_id>/confirm/",
        phone_proofs.confirm,
        name="phone_confirm",
    ),
    path("app/phones/<uuid:public_id>/remove/", phones.remove, name="phone_remove"),
    path("app/settings/profile/", profile.profile, name="profile"),
    path("app/settings/preferences/", profile.preferences, name="preferences"),
    path("app/settings/letters/", profile.letters, name="letters"),
    path("app/settings/close/", closing.close, name="close"),
    path("app/settings/data/", your_data.data, name="data"),
    path("app/settings/data/export/", your_data.ask, name="data_ask"),
    path("app/settings/data/<uuid:public_id>/", your_data.fetch, name="data_fetch"),
    path("app/settings/data/<uuid:public_id>/drop/", your_data.drop, name="data_drop"),
    path("app/activity/", activity.activity, name="activity"),
    path("dev/phone/", dev_phone.phone, name="dev_phone"),
    path("dev/phone/play/", dev_phone.play, name="dev_phone_play"),
    path("dev/mail/", dev_mail.inbox, name="dev_mail"),
    path("dev/mail/<uuid:key>/", dev_mail.letter, name="dev_letter"),
]
