"""The command grammar: templates of a language's pages, matched to tools."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.assistant import known, phrases, ranges, templates, times, wording
from apps.assistant.conversations import Scene
from apps.assistant.models import Phrasing
from apps.assistant.templates import WORD


@dataclass(frozen=True)
class Intent:
    """A tool and the person's words for its arguments."""

    tool: str
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """One entry of the page, compiled."""

    tool: str
    # What becomes of a time in the text ("none": there is none).
    time: str
    fixed: Mapping[str, str]
    part: str
    shown: str
    knows: str
    lacks: frozenset[str]
    says: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    has: frozenset[str] = frozenset()
    spoken: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """The command that a text is, the words of it that matched, and what they fill in."""

    command: Command
    says: str
    caught: dict[str, str]


def understand(scene: Scene, text: str) -> list[Intent]:
    """The commands in `text`; empty when it is not one the grammar fully knows."""
    found = match(scene, text)
    return list(_intents(found.command, found.caught)) if found else []


def match(scene: Scene, text: str) -> Match | None:
    """What the text is word for word: of the release, or else taught by operators."""
    plain = wording.without_aside(wording.tidied(text))
    split = times.split(plain)
    return _first(scene, plain, split, _likely(plain)) or _first(
        scene, plain, split, taught()
    )


def _first(
    scene: Scene, plain: str, split: times.Split, among: Iterable[Command]
) -> Match | None:
    late = phrases.words().answers["late"] if split.is_late else ""
    spans = functools.cache(functools.partial(ranges.split, plain, split))
    # There are many commands, and two or three texts to compare them with.
    folded = functools.cache(phrases.folded)
    for command in among:
        if command.time in ("needed", "rule") and not split.phrase:
            continue
        if command.time == "none" and split.phrase:
            continue
        if command.time == "span" and not spans().when:
            continue
        if command.shown and command.shown != scene.conversation.shown_kind:
            continue
        if command.spoken and command.spoken != scene.conversation.focus_kind:
            continue
        takes_time = command.time not in ("", "none")
        matched = split.rest if takes_time else plain
        if command.time == "span":
            matched = spans().rest
        if command.lacks and command.lacks & {*folded(matched).split()}:
            continue
        if command.has and not _has(command.has, folded(matched)):
            continue
        is_more = matched is plain and bool(split.rest)
        found = _caught(scene, command, matched, folded(matched), is_more)
        if found is None:
            continue
        if command.knows and not known.is_there(scene, command.knows, found.caught):
            continue
        if command.after and known.last_tool(scene) not in command.after:
            continue
        if command.time == "rule" and not _is_rule(scene, plain, split.phrase):
            continue
        if command.has and command.time == "span":
            # Words that only may mean it need an hour to be sure.
            if not ranges.has_clock(scene, spans().when):
                continue
        if command.time == "span":
            when = _in_part(scene, spans().when, command.part or late)
            found.caught.update(when=when, until=spans().until)
        elif takes_time:
            found.caught["when"] = _in_part(scene, split.phrase, command.part or late)
        return found
    return None


def learn() -> None:
    """Read the pages of the language that is spoken."""
    _indexed(phrases.language())
    words()


def every() -> tuple[Command, ...]:
    """All commands of the language that is spoken, the first match wins."""
    return _every(phrases.language())


@functools.cache
def _every(language: str) -> tuple[Command, ...]:
    return tuple(
        Command(
            tool=entry["tool"],
            time=entry.get("time", ""),
            fixed=entry.get("fixed", {}),
            part=entry.get("part", ""),
            shown=entry.get("shown", ""),
            knows=entry.get("knows", ""),
            lacks=frozenset(entry.get("lacks", [])),
            says=tuple(entry["says"]),
            patterns=tuple(map(templates.compiled, entry["says"])),
            has=frozenset(entry.get("has", [])),
            spoken=entry.get("spoken", ""),
            after=tuple(entry.get("after", [])),
        )
        for entry in phrases.words().commands
    )


def _likely(text: str) -> list[Command]:
    """Those that a text, or what is left of it without a time, may be by its words."""
    commands, by_word, of_any = _indexed(phrases.language())
    said = {*WORD.findall(phrases.folded(text))}
    places = of_any.union(*(by_word[word] for word in said & by_word.keys()))
    return [commands[place] for place in sorted(places)]


@functools.cache
def _indexed(
    language: str,
) -> tuple[tuple[Command, ...], dict[str, set[int]], frozenset[int]]:
    """All commands of a language, their places by a word that has to be said, and the
    places of those that need none."""
    by_word: defaultdict[str, set[int]] = defaultdict(set)
    of_any: set[int] = set()
    for place, command in enumerate(_every(language)):
        for says in command.says:
            needed = templates.needed(says)
            for word in needed:
                by_word[word].add(place)
            if not needed:
                of_any.add(place)
    return _every(language), dict(by_word), frozenset(of_any)


def taught() -> Iterator[Command]:
    """What operators have added, the oldest first (phrasings.py)."""
    rows = Phrasing.objects.filter(language=phrases.language(), is_active=True)
    for row in rows.order_by("pk"):
        yield Command(
            tool=row.tool,
            time=row.time,
            fixed={},
            part="",
            shown="",
            knows="",
            lacks=frozenset(),
            says=(row.says,),
            patterns=(templates.compiled(row.says),),
        )


def words() -> frozenset[str]:
    """Every literal word of every command: what a typing error may have meant."""
    return _known_words(phrases.language())


@functools.cache
def _known_words(language: str) -> frozenset[str]:
    says = [s for entry in phrases.words().commands for s in entry["says"]]
    letters = re.sub(r"\{\w+\}|[\[\]()|?]", " ", " ".join(says))
    return frozenset(word for word in letters.split() if len(word) > 2)


def _caught(
    scene: Scene, command: Command, text: str, plain: str, is_more: bool
) -> Match | None:
    """What the person filled in, when the command matches and its time is one. `is_more`:
    the whole text is known to be more than a time."""
    for says, pattern in zip(command.says, command.patterns, strict=True):
        if fits := pattern.fullmatch(plain):
            caught = {
                name: text[slice(*fits.span(name))].strip() for name in fits.groupdict()
            }
            if _is_no_list(scene, caught.get("list", "")):
                continue
            if is_more and caught.get("when") == text:
                continue
            if "span" in caught:
                span = ranges.split(caught.pop("span"))
                if not span.when or span.rest:
                    continue
                when = _in_part(scene, span.when, command.part)
                caught |= {"when": when, "until": span.until}
                return Match(command, says, caught)
            if "when" not in caught or _is_time(scene, caught["when"]):
                if "when" in caught:
                    caught["when"] = _in_part(scene, caught["when"], command.part)
                return Match(command, says, caught)
    return None


def _is_no_list(scene: Scene, name: str) -> bool:
    """ "Put the kettle on at 5pm": no list is called by a time, or has one in its name."""
    if not any(map(str.isdigit, name)):
        return False
    return _is_time(scene, name) or bool(times.split(name).phrase)


def _in_part(scene: Scene, said: str, part: str) -> str:
    """The time with the part of the day that its command means, where it says none."""
    if not part or not times.is_early(said):
        return said
    settled = f"{said} {part}"
    outcome = scene.read(settled)
    # "today at 6", said at noon, is not this morning.
    return settled if isinstance(outcome, times.Exact | times.Repeats) else said


def _has(words: frozenset[str], said: str) -> bool:
    plain = " ".join(re.findall(r"[\w']+", said))
    return any(f" {each} " in f" {plain} " for each in words)


def _is_rule(scene: Scene, text: str, said: str) -> bool:
    """Whether the time comes again, and the text begins with it."""
    if not text.startswith(said):
        return False
    outcome = scene.read(said)
    return isinstance(outcome, times.Repeats) and len(outcome.rules) == 1


def _is_time(scene: Scene, said: str) -> bool:
    outcome = scene.read(said)
    return not isinstance(outcome, times.Missing)


def _intents(command: Command, caught: dict[str, Any]) -> Iterator[Intent]:
    arguments = {**command.fixed, **caught}
    # What is said and means nothing.
    arguments.pop("_", "")
    if "number" in arguments:
        arguments["target"] = arguments.pop("number")
    if numbers := arguments.pop("numbers", ""):
        for number in dict.fromkeys(re.findall(r"\d+", numbers)):
            yield Intent(command.tool, {**arguments, "target": number})
    else:
        yield Intent(command.tool, arguments)
