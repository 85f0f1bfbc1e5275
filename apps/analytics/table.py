"""The days of a period of somebody, as CSV."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from apps.analytics import histogram, summary
from apps.analytics.figures import Figures
from apps.core import spreadsheet
from apps.sms.money import DOLLAR

_COUNTS = ("came", "went", "arrived", "lost", "segments")
_KINDS = ("in", "out", "tokens", "lookup")
_COLUMNS = (
    "day",
    "texts_from_you",
    "texts_to_you",
    "arrived",
    "lost",
    "segments_to_you",
    "dollars",
    "dollars_from_you",
    "dollars_to_you",
    "dollars_language_model",
    "dollars_phone_checks",
    "answer_ms_p50",
    "answer_ms_p95",
)


def answer(found: Figures) -> StreamingHttpResponse:
    name = f"usage-{found.period.first}-{found.period.last}.csv"
    return StreamingHttpResponse(
        _lines(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(found: Figures) -> Iterator[str]:
    yield spreadsheet.line(_COLUMNS)
    for row in summary.days(found):
        costs = [row[f"cost_{kind}"] for kind in _KINDS]
        dollars = [f"{micros / DOLLAR:.6f}" for micros in (sum(costs), *costs)]
        times = found.speeds.get(row["day"], [])
        waited = [
            "" if ms is None else str(round(ms))
            for ms in (histogram.percentile(times, share) for share in (0.5, 0.95))
        ]
        counts = [row[name] for name in _COUNTS]
        yield spreadsheet.line([row["day"], *counts, *dollars, *waited])
