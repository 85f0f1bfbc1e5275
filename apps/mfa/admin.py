"""Second factors in the console."""

from allauth.mfa.models import Authenticator
from django.contrib import admin

# Passkeys are their owners'; allauth's own page would let operators change them.
admin.site.unregister(Authenticator)
