"""How people sign up and in, and what they prove."""

from config.env import env
from config.settings.site import PUBLIC_URL, TRUSTED_PROXY_COUNT

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
# Views of packages, by URL namespace or module, and who may use them.
DECLARED_FOR = {
    "admin": "apps.rbac.declared.console",
    "allauth": "apps.rbac.declared.marked",
}
# What people share stands in tables of its own kind (apps/rbac/shares.py), nobody is
# signed in as "anonymous", and Django's own classes stay as they are.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Every rule in its order is in there.
AUTH_PASSWORD_VALIDATORS = [{"NAME": "apps.accounts.passwords.PasswordRules"}]
PASSWORD_MIN_LENGTH = env.whole("PASSWORD_MIN_LENGTH", default=12, least=8)
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
# What asks for a fresh proof (declared.fresh), and who says whether somebody has a
# second factor to prove it with.
FRESH_AUTH = "apps.accounts.fresh_auth.missing"
SECOND_FACTORS = "apps.mfa.factor.are_set_up"
# Who has to set one up on the website before an app of theirs gets tokens.
FACTORS_WERE_RESET = "apps.mfa.enforcement.was_reset"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/app/"
# The first of the steps after an account and an address.
ACCOUNT_SIGNUP_REDIRECT_URL = "portal:phones"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "apps.accounts.signup.Signup"
# Reads the phone that is named there, and notes it (two functions of a module).
SIGN_UP_PHONE = "apps.sms.sign_up"
ACCOUNT_FORMS = {
    "signup": "apps.accounts.forms.SignupForm",
    "login": "apps.accounts.forms.LoginForm",
    "reauthenticate": "apps.accounts.forms.ReauthenticateForm",
    "confirm_email_verification_code": "apps.accounts.forms.ConfirmEmailForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
# The adapter writes that letter, and does not send it.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# apps/accounts/guessing.py has them all.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
HEADLESS_ADAPTER = "apps.accounts.headless.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "apps.accounts.headless.TokenStrategy"
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{PUBLIC_URL}/accounts/confirm-email/{{key}}/",
    "account_reset_password": f"{PUBLIC_URL}/accounts/password/reset/",
    "account_reset_password_from_key": (
        f"{PUBLIC_URL}/accounts/password/reset/key/{{key}}/"
    ),
    "account_signup": f"{PUBLIC_URL}/accounts/signup/",
}
# A stage of allauth's, and the one that takes its place.
ACCOUNT_LOGIN_STAGES = {
    "allauth.account.stages.EmailVerificationStage": (
        "apps.accounts.stages.ProveAddress"
    ),
    "allauth.mfa.stages.AuthenticateStage": "apps.mfa.stage.SecondFactorStage",
}

# --- Second factors --------------------------------------------------------------------

# allauth keeps the passkeys; every code is ours (docs/second-factors.md), so its own
# pages for codes, recovery and trust are not there.
MFA_ADAPTER = "apps.mfa.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TRUST_ENABLED = False
MFA_FORMS = {
    "add_webauthn": "apps.mfa.forms.AddPasskeyForm",
    "login_webauthn": "apps.mfa.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "apps.mfa.forms.ReauthenticatePasskeyForm",
}
# Who may do this may not be without a second factor.
MFA_ENFORCED_PERMISSION = "rbac.console.enter"
# What authenticator apps and passkeys call this site.
OTP_TOTP_ISSUER = "Switchboard"
# The app of the demo administrator, base32; known to all, so on a laptop only.
DEMO_TOTP_SECRET = env.str("DEMO_TOTP_SECRET", default="")
