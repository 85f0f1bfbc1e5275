"""What else a text may be, that is no command as it stands: without the talk around it,
as more of what was just done, or sentence by sentence."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from apps.assistant import commands, known, phrases, times, wording
from apps.assistant.commands import Intent
from apps.assistant.conversations import Scene

MOST_CUT = 4
LONGEST = 400
MOST_SENTENCES = 5
LISTED, NOTED, REMINDS = "lists.add", "notes.add", "reminders.create"


def variants(said: str) -> Iterator[str]:
    """The text without talk before it and behind it, the least cut off first."""
    ends = [said]
    while len(ends) < MOST_CUT and (cut := _cut(_tails(_here()), ends[-1])):
        ends.append(cut)
    begun = [said]
    while len(begun) < MOST_CUT and (cut := _cut(_leads(_here()), begun[-1])):
        begun.append(cut)
    seen = {said}
    for lead in begun:
        for end in ends:
            first, last = len(said) - len(lead), len(end)
            if first < last and (short := said[first:last].strip()) not in seen:
                seen.add(short)
                yield short


def more(scene: Scene, said: str) -> list[Intent]:
    """ "and bread" after "buy milk" as the command that it goes on with."""
    match = _more(_here()).match(phrases.folded(said))
    rest = said[match.end() :].strip() if match else ""
    call = known.last_call(scene) if rest else None
    answers = phrases.words().answers
    says = answers["more_of"].get(call.tool) if call else None
    first = phrases.folded(rest).split()[0] if rest else ""
    if not says or first in answers["question_words"]:
        return []
    is_told = {*phrases.folded(rest).split()} & {*answers["question_words"]}
    if call and call.tool == LISTED and is_told:
        # A sentence is nothing to buy.
        return []
    return _whole(scene, says.format(rest.rstrip("?")))


def several(scene: Scene, said: str) -> list[Intent]:
    """The commands of a text, where it has more than one and each part of it is one;
    with courtesy, or talk that tells no time, between them at most."""
    if len(said) <= LONGEST and (intents := _run_on(scene, said)):
        return intents
    if len(said) > LONGEST or not _starts(_here()).search(phrases.folded(said)):
        return []
    for parts in (sentences(said), _clauses(said)):
        if 2 <= len(parts) <= MOST_SENTENCES:
            found = [_whole(scene, part) for part in parts]
            if all(found):
                return [intent for each in found if each for intent in each]
    return []


def _run_on(scene: Scene, said: str) -> list[Intent]:
    """Three commands or more of one breath, each of another kind: "remind me to call mom
    at 5 and buy milk and note the gate sticks". Two of them, or one that is told after
    its time, may be one thing to do, unless a comma ends a reminder; of a note nothing
    is cut."""
    joints = list(_run(_here()).finditer(phrases.folded(said)))
    parts = _parted(said, _run(_here()))
    is_apart = len(joints) == 1 and joints[0].group()[0] in ",.;!?"
    if not (2 if is_apart else 3) <= len(parts) <= MOST_SENTENCES:
        return []
    found = [_whole(scene, part) for part in parts]
    if any(len(each) != 1 for each in found):
        return []
    intents = [intent for (intent,) in found]
    if len({intent.tool for intent in intents}) < len(intents):
        return []
    if is_apart and intents[0].tool != REMINDS:
        return []
    for intent, part, after in zip(intents, parts, [*parts[1:], ""], strict=True):
        if intent.tool == NOTED and after and not _joined_at(after):
            return []
        when = intent.arguments.get("when", "")
        if intent.tool == REMINDS and not part.endswith(when):
            return []
    return intents


def behind(scene: Scene, said: str) -> list[Intent]:
    """The commands of a text whose other sentences are courtesy, or tell no time and
    come before."""
    if len(said) > LONGEST:
        return []
    for parts in (sentences(said), _clauses(said)):
        if not 2 <= len(parts) <= MOST_SENTENCES:
            continue
        found: list[Intent] = []
        for part in parts:
            intents = [] if wording.courtesy(part) else understood(scene, part)
            is_talk = bool(wording.courtesy(part)) or _is_talk(part)
            if not intents and (found or not is_talk):
                break
            found += intents
        else:
            return found
    return []


def _is_talk(part: str) -> bool:
    """Words about somebody or something, that neither ask for anything nor tell a time;
    what else is not understood must not be passed over in silence."""
    plain = phrases.folded(part)
    words = {*re.findall(r"[\w']+", plain)}
    is_asked = _asks(_here()).match(plain) is not None
    is_told = bool(words & {*phrases.words().answers["talk_words"]})
    return is_told and not is_asked and not times.split(part).phrase


def understood(scene: Scene, said: str) -> list[Intent]:
    """A command as it stands, or without the talk around it."""
    for each in (said, *variants(said)):
        if intents := commands.understand(scene, each):
            return intents
    return []


def sentences(said: str) -> list[str]:
    return [
        each.strip() for each in re.split(r"(?<=[.!?;])\s+|\n+", said) if each.strip()
    ]


def _whole(scene: Scene, part: str) -> list[Intent]:
    """Nothing that would have to be asked about."""
    part = re.sub(rf"^(?:{_either('joins')})\s+", "", part, flags=re.IGNORECASE)
    intents = commands.understand(scene, part)
    is_open = any(
        each.tool == REMINDS
        and not (each.arguments.get("when") and each.arguments.get("text"))
        for each in intents
    )
    # A time that no command takes would be lost, or a word of it.
    is_lost = bool(times.split(part).phrase) and not any(
        each.arguments.get("when") for each in intents
    )
    return [] if is_open or is_lost else intents


def _clauses(said: str) -> list[str]:
    """At "and" or a comma before a word that begins a command."""
    return _parted(said, _joined(_here()))


def _joined_at(part: str) -> bool:
    """Whether it begins as what is no part of a note."""
    return _joined(_here()).match(phrases.folded(f", {part}")) is not None


def _parted(said: str, pattern: re.Pattern[str]) -> list[str]:
    plain, cuts = phrases.folded(said), [0]
    cuts += [match.start() for match in pattern.finditer(plain)]
    ends = [*cuts[1:], len(said)]
    found = [said[a:b].strip(" ,;.") for a, b in zip(cuts, ends, strict=True)]
    return [each for each in found if each]


def _cut(pattern: re.Pattern[str], said: str) -> str:
    """Without what the pattern finds once, "" where it finds nothing."""
    match = pattern.search(phrases.folded(said))
    if not match:
        return ""
    return (said[: match.start()] + said[match.end() :]) if match.end() else ""


def _here() -> str:
    return phrases.language()


def _either(key: str) -> str:
    words = phrases.words().answers[key]
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@functools.cache
def _leads(language: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{_either('talk_before')})(?:[\s,.!;:-]+)(?=\S)")


@functools.cache
def _tails(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=\w)[\s,!.;-]+(?:{_either('talk_behind')})[\s.!?]*$")


@functools.cache
def _more(language: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{_either('talk_on')})[\s,]+(?=\S)")


@functools.cache
def _starts(language: str) -> re.Pattern[str]:
    starts, joined = (phrases.words().answers[key] for key in ("starts", "joined"))
    own = rf"[.!?;\n]\s*(?:{'|'.join(starts)})"
    return re.compile(rf"{own}|{_joins(language).pattern}(?:{'|'.join(joined)})")


@functools.cache
def _asks(language: str) -> re.Pattern[str]:
    words = phrases.words().answers
    begun = "|".join([*words["starts"], *words["joined"], *words["run_on"]])
    return re.compile(rf"(?:(?:{_either('joins')})\s+)*(?:{begun})")


@functools.cache
def _joins(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:[,.!?;]\s*|\s+(?={_either('joins')}\b))(?:(?:{_either('joins')})\s+)?"
    )


@functools.cache
def _joined(language: str) -> re.Pattern[str]:
    joined = "|".join(phrases.words().answers["joined"])
    return re.compile(rf"{_joins(language).pattern}(?=(?:{joined}))")


@functools.cache
def _run(language: str) -> re.Pattern[str]:
    words = phrases.words().answers
    run = "|".join([*words["joined"], *words["run_on"]])
    return re.compile(rf"{_joins(language).pattern}(?=(?:{run}))")
