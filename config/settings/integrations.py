"""What people can connect: as whom we are registered at each provider, and where it is."""

from config.env import env

PROVIDERS = ("google", "youtube", "microsoft", "notion")


def _registered(provider: str) -> tuple[str, str] | None:
    name = provider.upper()
    client = env.str(f"{name}_CLIENT_ID", default="")
    return (client, env.str(f"{name}_CLIENT_SECRET", default="")) if client else None


# YouTube in a project of its own is taken back without taking Google along.
OAUTH_CLIENTS = {
    provider: found
    for provider in PROVIDERS
    if (found := _registered(provider))
    or (provider == "youtube" and (found := _registered("google")))
}
# Scheme and host in place of those of every address of a provider: a proxy, a server of
# a test.
PROVIDER_BASE_URLS = {
    provider: env.str(f"{provider.upper()}_BASE_URL", default="").rstrip("/")
    for provider in PROVIDERS
}
# Which accounts of Microsoft: "common" for all, "organizations", "consumers", or one
# directory's id.
MICROSOFT_TENANT = env.str("MICROSOFT_TENANT", default="common")

# --- Signing in with them --------------------------------------------------------------

_base = PROVIDER_BASE_URLS
SOCIALACCOUNT_ADAPTER = "apps.integrations.sign_in.SocialAccountAdapter"
# Tokens of a sign-in are not kept, and no address that is only claimed leads to an
# account.
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_QUERY_EMAIL = True
