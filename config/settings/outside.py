"""What goes out: letters, texts, alerts."""

from config import mail
from config.env import env
from config.settings.site import PORT

# --- Letters ---------------------------------------------------------------------------

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
# Whom people write to; shown on the help page. Without one they text REPORT.
SUPPORT_EMAIL = env.mailbox("SUPPORT_EMAIL")

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

# --- People's webhooks -----------------------------------------------------------------

# Whether somebody's endpoint may be on this very machine, and then without TLS. For
# laptops and tests: elsewhere it would let people call what listens only here.
WEBHOOKS_MAY_LOOP_BACK = False

# --- Alerts ----------------------------------------------------------------------------

# Who is told that something is the matter with the product, and how (apps/jobs/telling.py).
ALERT_CHANNELS = {
    "e-mail": "apps.accounts.operators.tell",
    "text": "apps.sms.operators.tell",
}
# Those that wake somebody: for what is urgent, in a line, and not by the dozen.
ALERT_URGENT_CHANNELS = ("text",)
# Where a form is posted to as well: a chat, a pager.
ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
# What Prometheus' Alertmanager shows when it posts to /webhooks/alerts/; without one
# that address does not exist.
ALERTMANAGER_TOKEN = env.str("ALERTMANAGER_TOKEN", default="")
# Its `repeat_interval`, four hours where nothing is said: an alert that was not repeated
# four times is over, though its end was lost.
ALERTMANAGER_REPEAT_SECONDS = env.int("ALERTMANAGER_REPEAT_SECONDS", default=14_400)

# --- What happens here, told elsewhere (config/telemetry.py) ---------------------------

# An OpenTelemetry collector (OTLP over HTTP), for traces.
OTEL_EXPORTER_OTLP_ENDPOINT = env.address(
    "OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https"), default=""
)
# Where defects are gathered. Its environment is SENTRY_ENVIRONMENT, its release
# SENTRY_RELEASE.
SENTRY_DSN = env.address("SENTRY_DSN", ("http", "https"), default="")
