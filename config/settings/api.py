"""The API, and the page that describes it."""

from config import tags
from config.settings.site import TRUSTED_PROXY_COUNT

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "apps.accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "apps.rbac.api.PolicyPermission",
        "apps.core.preconditions.NoVersionNoMatch",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.pace.PerPerson"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.OursAnyway",
    "DEFAULT_SCHEMA_CLASS": "apps.core.described.Described",
    "EXCEPTION_HANDLER": "apps.core.api.answered",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchboard",
    "DESCRIPTION": tags.DESCRIPTION,
    "TAGS": tags.TAGS,
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    # What stands behind it names an operation, and is its tag.
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.rbac.api.PolicyPermission"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.sign_in_schema.with_sign_in",
        "config.schema.with_problems",
        "config.examples.with_examples",
    ],
    # Its name would else change with each other thing that has a status.
    "ENUM_NAME_OVERRIDES": {
        "ConnectionStatus": "apps.integrations.models.Connection.Status",
        "ExportState": "apps.accounts.models.DataExport.State",
        "SignInEnding": "apps.accounts.models.LoginSession.Ending",
        "WebhookEnding": "apps.webhooks.models.Endpoint.Ending",
        "DeliveryState": "apps.webhooks.models.Delivery.State",
        "PersonState": "apps.accounts.people.STATES",
        "GrantState": "apps.rbac.roles_serializers.STATES",
        "DecisionReason": "apps.rbac.roles_serializers.REASONS",
        "AuditOutcome": "apps.rbac.audit_api.OUTCOMES",
        "CallOutcome": "apps.sms.models.WebhookCall.Outcome",
        "ConnectionReason": "apps.integrations.models.Connection.Reason",
        "JobState": "apps.jobs.models.Job.State",
        "AlertState": "apps.jobs.models.Alert.State",
        "TextState": "apps.sms.models.OutboundText.State",
        "TextKind": "apps.sms.models.OutboundText.Kind",
        "PhoneStatus": "apps.sms.models.PhoneNumber.Status",
        "PhoneEventKind": "apps.sms.models.NumberEvent.Kind",
        "OAuthEventKind": "apps.integrations.models.OAuthEvent.Kind",
    },
    # Of so many operations one sees first what they are about, and finds it by a word.
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "docExpansion": "none",
        "filter": True,
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
