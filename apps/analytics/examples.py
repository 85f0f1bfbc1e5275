"""Examples of usage and figures."""

from apps.core.example import CAME_ID, WENT_ID, Example, Id, page

VOLUME = {
    "came": 1,
    "went": 1,
    "arrived": 0,
    "lost": 0,
    "segments": 1,
    "cost": 21600,
    "cost_in": 8300,
    "cost_out": 13300,
    "cost_lookup": 0,
    "cost_tokens": 0,
}
CHART = {
    "key": "texts",
    "title": "Texts",
    "unit": "texts",
    "steps": ["2026-11-29", "2026-11-30", "2026-12-01"],
    "series": [
        {"name": "From you", "values": [0.0, 0.0, 0.0]},
        {"name": "To you", "values": [0.0, 0.0, 0.0]},
    ],
}
USAGE = {
    "period": {"first": "2026-11-02", "last": "2026-12-01"},
    "volume": VOLUME,
    "volume_before": {
        "came": 0,
        "went": 0,
        "arrived": 0,
        "lost": 0,
        "segments": 0,
        "cost": 0,
        "cost_in": 0,
        "cost_out": 0,
        "cost_lookup": 0,
        "cost_tokens": 0,
    },
    "speed": {"p50": 740.0, "p95": 920.0, "times": 1},
    "speed_before": {"p50": None, "p95": None, "times": 0},
    "budget": {
        "texts": 99,
        "texts_of": 100,
        "started": 50,
        "started_of": 50,
        "day_micros": 4978400,
        "day_of": 5000000,
        "month_micros": 59978400,
        "month_of": 60000000,
        "tokens_micros": 500000,
        "tokens_of": 500000,
        "by_the_end": 24000,
        "renews_at": "2027-01-01T00:00:00Z",
    },
    "tools": [{"key": "lists.add", "name": "Put on a list", "times": 1, "failed": 0}],
    "providers": [{"key": "google", "name": "Google", "times": 1, "failed": 0}],
    "tips": [],
}

EXAMPLES = (
    Example(
        "GET figures/charts/{key}",
        {
            **CHART,
            "series": [
                {"name": "In", "values": [0.0, 0.0, 0.0]},
                {"name": "Out", "values": [0.0, 0.0, 0.0]},
            ],
        },
    ),
    Example("GET usage", USAGE),
    Example("GET usage/charts/{key}", CHART),
    Example(
        "GET usage/texts",
        page(
            {
                "id": WENT_ID,
                "direction": "out",
                "number": "+12025550101",
                "country": "US",
                "characters": 24,
                "segments": 1,
                "micros": 13300,
                "arrived": None,
                "at": "2026-12-01T14:00:00Z",
            },
            {
                "id": CAME_ID,
                "direction": "in",
                "number": "+12025550101",
                "country": "US",
                "characters": 8,
                "segments": 1,
                "micros": 8300,
                "arrived": True,
                "at": "2026-12-01T14:00:00Z",
            },
        ),
    ),
    Example("GET usage/days.csv", "A table."),
    Example("GET admin/users/{public_id}/usage", USAGE),
)
IDS = (
    Id("usage/charts/{key}", "texts"),
    Id("figures/charts/{key}", "texts"),
)
