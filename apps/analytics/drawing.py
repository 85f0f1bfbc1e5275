"""A chart as a picture: bars in an SVG, and the same numbers in a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from apps.analytics import anomalies
from apps.analytics.charts import Chart, Series, steps
from apps.analytics.figures import Figures
from apps.analytics.periods import Period
from apps.core.numerals import shown
from apps.sms.money import exactly_in_dollars, in_dollars

# Pixels. Across it is percent: the picture is as wide as its page, its letters are not.
HEIGHT = 200
_TOP, _BOTTOM = 20, 24
_PLOT = HEIGHT - _TOP - _BOTTOM
# So much more or less is no news, where most days have nothing.
_NO_NEWS = {"texts": 20, "micro-dollars": 200_000}
# At most so many days are named below.
_NAMED = 5


@dataclass(frozen=True)
class Bar:
    """`x` and `width` are percent, `y` and `height` pixels."""

    x: float
    y: float
    width: float
    height: float
    series: int
    said: str
    is_odd: bool


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Row:
    step: str
    values: list[str]
    is_odd: bool


@dataclass(frozen=True)
class Drawing:
    key: str
    title: str
    said: str
    labels: list[str]
    bars: list[Bar]
    heights: list[Tick]
    steps: list[Tick]
    rows: list[Row]
    height: int = HEIGHT
    floor: int = HEIGHT - _BOTTOM

    @property
    def is_empty(self) -> bool:
        return not self.bars


def draw(chart: Chart, figures: Figures) -> Drawing:
    # What is nothing on every day needs no place.
    read = chart.read(figures)
    series = [each for each in read if any(each.values)] or read[:1]
    starts = steps(figures.period)
    by_month = len(starts) < figures.period.days
    names = [_name(start, by_month) for start in starts]
    top = _top(series, chart)
    odd = (
        anomalies.odd(
            _whole(series, figures.period),
            every=1 if by_month else 7,
            floor=_NO_NEWS.get(chart.unit, 0),
        )
        if figures.is_of_all
        else [False] * len(names)
    )
    return Drawing(
        key=chart.key,
        title=gettext(chart.title),
        said=_said(chart, figures.period, series),
        labels=[each.label for each in series],
        bars=_bars(chart, series, names, odd, top),
        heights=[
            Tick(_height(part * top, top), spoken(part * top, chart.unit, True))
            for part in (0, 0.5, 1)
            # There is no half of a text.
            if chart.unit != "texts" or (part * top).is_integer()
        ],
        steps=_steps(names),
        rows=[
            Row(
                name,
                [spoken(each.values[n], chart.unit, True) for each in series],
                odd[n],
            )
            for n, name in enumerate(names)
        ],
    )


def spoken(value: float | None, unit: str, is_exact: bool = False) -> str:
    """ "1,204", "$0.34", "2.4 s", "97 %"; a dash for nothing to tell."""
    if value is None:
        return "-"
    if unit == "micro-dollars":
        return shown((exactly_in_dollars if is_exact else in_dollars)(round(value)))
    if unit == "percent":
        return shown(f"{value:.1f} %".replace(".0 ", " "))
    if unit == "milliseconds":
        return duration(value)
    return shown(f"{round(value):,}" if value == round(value) else f"{value:,.1f}")


def duration(ms: float) -> str:
    """ "640 ms", "2.4 s", "3 min"."""
    if ms < 1_000:
        return f"{round(ms)} ms"
    return shown(
        f"{ms / 1_000:.1f} s" if ms < 120_000 else f"{round(ms / 60_000):,} min"
    )


def _name(start: date, by_month: bool) -> str:
    return date_format(start, "M Y" if by_month else "j M")


def _said(chart: Chart, period: Period, series: Sequence[Series]) -> str:
    """What somebody hears who does not see it."""
    if chart.unit in ("texts", "micro-dollars"):
        sums = (
            f"{each.label.lower()} {spoken(sum(v or 0 for v in each.values), chart.unit)}"
            for each in series
        )
        return f"{gettext(chart.title)}, {period.label}: {', '.join(sums)}."
    return f"{gettext(chart.title)}, {period.label}."


def _top(series: Sequence[Series], chart: Chart) -> float:
    """The height of the picture: a round number that holds every bar."""
    if chart.unit == "percent":
        return 100.0
    columns = zip(*(each.values for each in series), strict=True)
    heights = [
        (
            sum(value or 0 for value in column)
            if chart.is_stacked
            else max(value or 0 for value in column)
        )
        for column in columns
    ]
    highest = max(heights, default=0)
    if highest <= 0:
        return 1.0
    unit = 10 ** math.floor(math.log10(highest))
    return float(next(n * unit for n in (1, 2, 5, 10) if n * unit >= highest))


def _whole(series: Sequence[Series], period: Period) -> list[float | None]:
    """What a step comes to; of today, which is not over, and of a part of a month nothing
    can be said."""
    columns = zip(*(each.values for each in series), strict=True)
    return [
        (
            sum(value or 0 for value in column)
            if is_whole and any(value is not None for value in column)
            else None
        )
        for is_whole, column in zip(_are_whole(period), columns, strict=True)
    ]


def _are_whole(period: Period) -> list[bool]:
    """Of each step."""
    today, starts = timezone.now().astimezone(UTC).date(), steps(period)
    if len(starts) == period.days:
        return [start < today for start in starts]
    ends = [*starts[1:], period.last + timedelta(days=1)]
    return [
        start.day == end.day == 1 and end <= today
        for start, end in zip(starts, ends, strict=True)
    ]


def _bars(
    chart: Chart,
    series: Sequence[Series],
    names: Sequence[str],
    odd: Sequence[bool],
    top: float,
) -> list[Bar]:
    room = 100 / max(1, len(names))
    side_by_side = 1 if chart.is_stacked else max(1, len(series))
    width = room * 0.8 / side_by_side
    found = []
    for n, name in enumerate(names):
        below = 0.0
        for place, each in enumerate(series):
            value = each.values[n]
            if not value:
                continue
            shift = 0 if chart.is_stacked else place * width
            high = _PLOT * value / top
            found.append(
                Bar(
                    x=round(n * room + room * 0.1 + shift, 2),
                    y=round(_height(value, top) - below, 2),
                    width=round(width, 2),
                    height=round(high, 2),
                    series=place + 1,
                    said=f"{name}, {each.label.lower()}:"
                    f" {spoken(value, chart.unit, True)}"
                    + (f", {gettext('unusual')}" if odd[n] else ""),
                    is_odd=odd[n],
                )
            )
            if chart.is_stacked:
                below += high
    return found


def _height(value: float, top: float) -> float:
    return round(_TOP + _PLOT * (1 - value / top), 2)


def _steps(names: Sequence[str]) -> list[Tick]:
    room = 100 / max(1, len(names))
    every = max(1, math.ceil(len(names) / _NAMED))
    return [
        Tick(round((n + 0.5) * room, 2), name)
        for n, name in enumerate(names)
        # Its name is written in the middle below, and ends before the edge does.
        if n % every == every // 2
    ]
