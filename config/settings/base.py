"""What holds in development, tests and production alike."""

from pathlib import Path
from urllib.parse import urlsplit

from config import mail
from config.env import DATA_DIR, LEVELS, ROOT, env, published, served

BASE_DIR: Path = ROOT
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
PORT = env.whole("PORT", default=int(published("PORT") or 8000))

# The origin that Twilio and people see. Signatures and links use it, never Host.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXY_COUNT", default=0)

INSTALLED_APPS = [
    "apps.rbac.console.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "django_otp",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "lucide",
    "rest_framework",
    "rest_framework_simplejwt",
    "apps.core",
    "apps.rbac",
    "apps.jobs",
    "apps.accounts",
    "apps.sms",
    "apps.mfa",
    "apps.assistant",
    "apps.portal",
    "config",
]

MIDDLEWARE = [
    "apps.core.request_ids.RequestIdMiddleware",
    "apps.core.shortcut.ShortcutMiddleware",
    "apps.core.access_log.AccessLogMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "apps.core.problems.ProblemMiddleware",
    "apps.core.bodies.BodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.cookies.SignInMiddleware",
    "apps.rbac.audit.AuditMiddleware",
    "apps.accounts.standing_in.StandingInMiddleware",
    "apps.rbac.declared.DeclaredPolicyMiddleware",
    "apps.accounts.tries.TriesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.mfa.enforcement.EnforcementMiddleware",
    "apps.accounts.preferences.PreferencesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
# Paths that machines call: no session, no CSRF, no cookies; see core/shortcut.py.
SHORTCUT_PREFIXES = ("/webhooks/", "/health/")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.portal.shell.context",
            ],
        },
    },
]
FORM_RENDERER = "apps.portal.forms.Renderer"

# --- Data ------------------------------------------------------------------------------

_POSTGRES = ("postgres", "postgresql")
_REDIS = ("redis", "rediss", "unix")
# Nothing answers there, and a system check says that a database is missing.
_NOWHERE = "postgres:///"
_database = env.db_url_config(served("DATABASE_URL", _POSTGRES) or _NOWHERE)
# Seconds a query may take; a longer one is a defect. Commands have no limit: manage.py
# builds indexes.
_statement_seconds = env.whole("DATABASE_STATEMENT_SECONDS", default=15)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "django.db.backends.postgresql",
        # One connection per thread, kept: the pool costs the webhook a quarter more
        # CPU, and a worker process has few threads (docs/decisions/0003).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "connect_timeout": 3,
            # A lock that is held longer belongs to a process that hangs.
            "options": f"-c statement_timeout={_statement_seconds}s"
            " -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            # Only what asks for it is prepared (core/prepared.py); what the ORM writes
            # is another statement with every value. None would mean nothing at all.
            "prepare_threshold": 1_000_000_000,
            # What the address says itself (?sslmode=require) comes last.
            **_database.get("OPTIONS", {}),
        },
    }
}

REDIS_URL = served("REDIS_URL", _REDIS)
_redis_options = {
    "CLIENT_CLASS": "django_redis.client.DefaultClient",
    # Redis answers in under a millisecond; who waits longer waits for a dead one.
    "SOCKET_CONNECT_TIMEOUT": 1,
    "SOCKET_TIMEOUT": 1,
}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": _redis_options,
        "KEY_PREFIX": "cache",
    },
    "sessions": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": _redis_options,
        "KEY_PREFIX": "session",
    },
}
SESSION_ENGINE = "apps.accounts.sessionstore"
SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_AGE = 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.core.problems.csrf_failed"
# The beginning of cookies that outlive the sign-ins, one for each person: which
# browsers they have used before.
BROWSER_COOKIE_NAME = "browser"

FIELD_ENCRYPTION_KEYS = env.str("FIELD_ENCRYPTION_KEYS", default="")
# Seeds of Ed25519, newest first, written like the keys above.
JWT_SIGNING_KEYS = env.str("JWT_SIGNING_KEYS", default="")

# --- Accounts --------------------------------------------------------------------------

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
ACCOUNT_FORMS = {
    "signup": "apps.accounts.forms.SignupForm",
    "login": "apps.accounts.forms.LoginForm",
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
    "allauth.mfa.stages.AuthenticateStage": "apps.mfa.stage.SecondFactorStage"
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

EMAIL_TIMEOUT = 10
# What hands letters over, and with which parameters.
_mail = mail.settings(env, seconds=EMAIL_TIMEOUT)
vars().update(_mail)
POST_BACKEND: str = _mail["POST_BACKEND"]
MAIL_PROVIDER: str = _mail["MAIL_PROVIDER"]
ANYMAIL: dict[str, str | int] = _mail["ANYMAIL"]
# Everything goes through the queue first; see apps/jobs/mail.py.
EMAIL_BACKEND = "apps.jobs.mail.EmailBackend"
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Switchboard <hello@localhost>"
)

# --- API ---------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "apps.accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.rbac.api.PolicyPermission"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.OursAnyway",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.core.api.answered",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchboard",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.rbac.api.PolicyPermission"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.sign_in_schema.with_sign_in",
        "config.schema.with_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Audit -----------------------------------------------------------------------------

# Months of events that are kept; older ones are dropped once they are sealed. The seals
# stay.
AUDIT_KEEP_MONTHS = env.whole("AUDIT_KEEP_MONTHS", default=24, least=1)

# --- Texts -----------------------------------------------------------------------------

SMS_GATEWAY = env.str("SMS_GATEWAY", default="simulator")
SMS_ANSWERER = "apps.assistant.answering.answer"
PHONE_SIMULATOR = env.yes_or_no("PHONE_SIMULATOR", default=False)
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_SHARED_KEYS = env.str("TWILIO_SHARED_KEYS", default="")
# What may prove a webhook; HMAC_SHA256 alone once Twilio signs with shared keys.
TWILIO_SIGNATURE_ALGORITHMS = [
    name.strip()
    for name in env.str(
        "TWILIO_SIGNATURE_ALGORITHMS", default="HMAC_SHA1,HMAC_SHA256"
    ).split(",")
]
TWILIO_NUMBER = env.str("TWILIO_NUMBER", default="")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", default="")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", default="").rstrip("/")
# Seconds before a text whose fate is unknown may be sent again. Twilio's list shows a
# message late at times; a loopback server shows it at once.
_near = SMS_GATEWAY == "simulator" or "//127.0.0.1" in TWILIO_API_BASE
SMS_UNKNOWN_GRACE = env.whole("SMS_UNKNOWN_GRACE", default=5 if _near else 120)
# Where this installation reaches its own webhooks (the simulator plays the carrier).
LOOPBACK_URL = env.str("LOOPBACK_URL", default=f"http://127.0.0.1:{PORT}")

# --- Alerts -----------------------------------------------------------------------------

# Who is told that something is the matter with the product, and how (apps/jobs/telling.py).
ALERT_CHANNELS = {
    "e-mail": "apps.accounts.operators.tell",
    "text": "apps.sms.operators.tell",
}
# Where a form is posted to as well: a chat, a pager.
ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
# What Prometheus' Alertmanager shows when it posts to /webhooks/alerts/; without one
# that address does not exist.
ALERTMANAGER_TOKEN = env.str("ALERTMANAGER_TOKEN", default="")
# Its `repeat_interval`, four hours where nothing is said: an alert that was not repeated
# four times is over, though its end was lost.
ALERTMANAGER_REPEAT_SECONDS = env.int("ALERTMANAGER_REPEAT_SECONDS", default=14_400)

# --- Background ------------------------------------------------------------------------

# A worker that has been silent for so long is dead, and its job another's.
JOBS_LEASE_SECONDS = env.whole("JOBS_LEASE_SECONDS", default=30, least=1)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "messages"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may run, so nothing is delivered twice; see
    # docs/decisions/0002 for why nothing depends on it.
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "celery:",
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BEAT_SCHEDULER = "apps.jobs.beat.BeatScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Pages -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

_self = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _self,
        "style-src": _self,
        "img-src": ["'self'", "data:"],
        "font-src": _self,
        "connect-src": _self,
        "manifest-src": _self,
        "form-action": _self,
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Logs and metrics ------------------------------------------------------------------

LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "plain"), default="json")
LOG_LEVEL = env.one_of("LOG_LEVEL", LEVELS, default="INFO")
LOGGING_CONFIG = "apps.core.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}
PROMETHEUS_METRIC_NAMESPACE = "switchboard"
