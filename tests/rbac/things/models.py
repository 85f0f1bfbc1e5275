from django.conf import settings
from django.db import models

from apps.rbac.shares import GroupShare, UserShare


class Thing(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    name = models.CharField(max_length=40, default="thing")

    def __str__(self) -> str:
        return self.name


class ThingUserShare(UserShare):
    content_object = models.ForeignKey(Thing, models.CASCADE)


class ThingGroupShare(GroupShare):
    content_object = models.ForeignKey(Thing, models.CASCADE)
