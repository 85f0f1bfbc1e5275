"""What operators are told of alerts that are told together: in a line for a text, in a
letter with all of them, in a form for machines."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from apps.jobs import rules
from apps.jobs.models import Alert, AlertNews

_SAID = {
    "firing": "Firing",
    "resolved": "Resolved",
    "ended": "Ended without a word",
    "closed": "Closed",
}
_ORDER = list(_SAID)
# A text names the most frequent; a letter is read by a person, and the console has more.
_MOST_NAMED, _LONGEST_NAME, _MOST_LISTED = 3, 40, 500


@dataclass(frozen=True)
class Bulletin:
    news: Sequence[AlertNews]

    @property
    def subject(self) -> str:
        """ "Firing: Many chores", "Firing: 60 alerts, resolved: 2 alerts"."""
        if len(self.news) == 1:
            (only,) = self.news
            return f"{_SAID[only.what]}: {only.alert.title}"
        said = ", ".join(f"{word}: {_count(some)}" for word, some in self._parts())
        return said[0] + said[1:].lower()

    @property
    def line(self) -> str:
        """ "Firing: 60 alerts: 58 NodeDown, 2 DiskFull."; of one alert its own words."""
        if len(self.news) == 1:
            return _line(self.news[0])
        return " ".join(
            f"{word}: {_count(some)}: {_names(some)}." for word, some in self._parts()
        )

    @property
    def letter(self) -> str:
        if len(self.news) == 1:
            return self.line
        listed = self.news[:_MOST_LISTED]
        parts = [self.line, "\n".join(map(_line, listed))]
        if more := len(self.news) - len(listed):
            parts.append(f"And {more:,} more.")
        return "\n\n".join(parts)

    @property
    def form(self) -> dict[str, str]:
        """As of one alert; of several with their list, and without what is one's own."""
        fires = any(each.what == "firing" for each in self.news)
        shared = {
            "state": "firing" if fires else "resolved",
            "severity": self.news[0].alert.severity,
            "text": self.line,
            "count": str(len(self.news)),
            "alerts": json.dumps([_form(each) for each in self.news[:_MOST_LISTED]]),
        }
        return shared if len(self.news) > 1 else {**_form(self.news[0]), **shared}

    @property
    def is_urgent(self) -> bool:
        return any(each.alert.severity in rules.URGENT for each in self.news)

    def _parts(self) -> Iterator[tuple[str, list[AlertNews]]]:
        for what, some in groupby(self.news, key=lambda each: each.what):
            yield _SAID[what], list(some)


def of(news: Iterable[AlertNews]) -> Bulletin:
    """Of one alert the latest counts; what fires comes first, and of that the worst."""
    latest = {each.alert_id: each for each in sorted(news, key=lambda each: each.pk)}
    return Bulletin(sorted(latest.values(), key=_rank))


def _rank(each: AlertNews) -> tuple[int, bool, str, int]:
    is_mild = each.alert.severity not in rules.URGENT
    return _ORDER.index(each.what), is_mild, each.alert.title, each.pk


def _count(some: Sequence[AlertNews]) -> str:
    return "1 alert" if len(some) == 1 else f"{len(some):,} alerts"


def _names(some: Sequence[AlertNews]) -> str:
    found = Counter(each.alert.title for each in some).most_common()
    named = [f"{count:,} {name[:_LONGEST_NAME]}" for name, count in found[:_MOST_NAMED]]
    if more := sum(count for _, count in found[_MOST_NAMED:]):
        named.append(f"{more:,} more")
    return ", ".join(named)


def _line(each: AlertNews) -> str:
    alert = each.alert
    # Its figure stands in the words of the product's own, and is not so any more.
    is_past = each.what != "firing" and alert.source == Alert.Source.PRODUCT
    words = f"{_SAID[each.what]}: {alert.title if is_past else alert.in_words}"
    if each.what == "firing" and each.again:
        times = "once" if each.again == 1 else f"{each.again} times"
        words += f" It came and went {times}."
    return words


def _form(each: AlertNews) -> dict[str, str]:
    alert = each.alert
    return {
        "alert": str(alert.pk),
        # A pager knows these two.
        "state": "firing" if each.what == "firing" else "resolved",
        "source": alert.source,
        "mark": alert.mark,
        "severity": alert.severity,
        "text": _line(each),
    }
