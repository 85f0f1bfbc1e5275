"""The site itself: where it is, what it is made of, how its pages are kept safe, what
it says of its work."""

from pathlib import Path
from urllib.parse import urlsplit

from config.env import DATA_DIR, LEVELS, ROOT, env, published

BASE_DIR: Path = ROOT
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
PORT = env.whole("PORT", default=int(published("PORT") or 8000))

# The origin that Twilio and people see. Signatures and links use it, never Host.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname])
# Pages of others that may call the API from a browser, with cookies too (core/cors.py).
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *CORS_ALLOWED_ORIGINS]
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
    "allauth.socialaccount",
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
    "apps.integrations",
    "apps.assistant",
    "apps.webhooks",
    "apps.analytics",
    "apps.portal",
    "config",
]

MIDDLEWARE = [
    "apps.core.request_ids.RequestIdMiddleware",
    "apps.core.shortcut.ShortcutMiddleware",
    "apps.core.access_log.AccessLogMiddleware",
    "apps.core.cors.CorsMiddleware",
    "apps.core.pace.RateLimitMiddleware",
    "apps.core.deprecation.DeprecationMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "apps.core.problems.ProblemMiddleware",
    "apps.core.bodies.BodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.content_policy.ContentPolicyMiddleware",
    "apps.core.cookieless.CookielessMiddleware",
    "apps.core.languages.LanguageMiddleware",
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
    "apps.portal.typed.TypedMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
# Paths that machines call: no session, no CSRF, no cookies; see core/shortcut.py.
# Prometheus calls each container by its address, which is no name of the site.
SHORTCUT_PREFIXES = ("/webhooks/", "/health/", "/metrics")
# Pages that are the same for everybody, and there while sessions are away.
COOKIELESS_PATHS = ("/status/",)
# Seconds; how long Twilio's calls took is written so often (sms/acknowledged.py).
WEBHOOK_TIMES_EVERY = 5.0

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
            # Every page says its words through them.
            "builtins": ["django.templatetags.i18n"],
        },
    },
]
FORM_RENDERER = "apps.portal.forms.Renderer"

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
# Those that pages, letters and the assistant speak.
PAGE_LANGUAGES = ["en", "es"]
# What can be chosen, in its own words; of each its countries, for days and numbers.
LANGUAGES = [
    ("en", "English"),
    ("en-au", "English (Australia)"),
    ("en-gb", "English (United Kingdom)"),
    ("es", "Español"),
    ("es-ar", "Español (Argentina)"),
    ("es-co", "Español (Colombia)"),
    ("es-mx", "Español (México)"),
    ("es-ni", "Español (Nicaragua)"),
    ("es-ve", "Español (Venezuela)"),
]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Logs and metrics ------------------------------------------------------------------

LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "plain"), default="json")
LOG_LEVEL = env.one_of("LOG_LEVEL", LEVELS, default="INFO")
LOGGING_CONFIG = "apps.core.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}
PROMETHEUS_METRIC_NAMESPACE = "switchboard"
