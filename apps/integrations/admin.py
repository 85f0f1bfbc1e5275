"""The console's view of connections: how they stand, never a token."""

from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

# Providers are set up in the settings, and tokens of sign-ins are not kept.
admin.site.unregister((SocialAccount, SocialApp, SocialToken))
