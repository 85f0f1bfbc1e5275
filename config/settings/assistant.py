"""The assistant's language model, if there is one. Without it nothing of it is loaded."""

from config.env import env

# An endpoint that speaks OpenAI's chat completions, "https://…/v1".
ASSISTANT_LLM_BASE_URL = env.str("ASSISTANT_LLM_BASE_URL", default="").rstrip("/")
ASSISTANT_LLM_API_KEY = env.str("ASSISTANT_LLM_API_KEY", default="")
ASSISTANT_LLM_MODEL = env.str("ASSISTANT_LLM_MODEL", default="")
# Asked where the first one fails.
ASSISTANT_LLM_FALLBACK_MODEL = env.str("ASSISTANT_LLM_FALLBACK_MODEL", default="")
# For one text: seconds, requests, tool calls, and tokens of all requests together.
ASSISTANT_LLM_TIMEOUT = env.whole("ASSISTANT_LLM_TIMEOUT", default=25)
ASSISTANT_LLM_MAX_REQUESTS = env.whole("ASSISTANT_LLM_MAX_REQUESTS", default=6)
ASSISTANT_LLM_MAX_TOOL_CALLS = env.whole("ASSISTANT_LLM_MAX_TOOL_CALLS", default=8)
ASSISTANT_LLM_MAX_TOTAL_TOKENS = env.whole(
    "ASSISTANT_LLM_MAX_TOTAL_TOKENS", default=20_000
)
# Dollars a million tokens, where the list of known prices has none for the model.
ASSISTANT_LLM_PRICE_IN = env.str("ASSISTANT_LLM_PRICE_IN", default="")
ASSISTANT_LLM_PRICE_OUT = env.str("ASSISTANT_LLM_PRICE_OUT", default="")
