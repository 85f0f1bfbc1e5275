from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "tests.rbac.things"
    label = "things"
