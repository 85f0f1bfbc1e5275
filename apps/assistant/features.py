"""What a person can switch on and off, one name for each noun of the assistant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import FeatureSetting
from apps.assistant.toolbox import Tool
from apps.core import errors, prepared
from apps.integrations.models import Connection
from apps.rbac import audit


@dataclass(frozen=True)
class Feature:
    """`key` is the first part of its tools' names; `needs` says which accounts, if any,
    in the words of the providers' shelf. `title` and `about` are those of the website.
    """

    key: str
    title: str
    about: str
    needs: tuple[str, ...] = ()
    # Only for who switched it on.
    starts_off: bool = False

    @property
    def name(self) -> str:
        """As the language that is spoken calls it."""
        return str(phrases.words().answers["feature_names"].get(self.key, self.title))


FEATURES = {
    each.key: each
    for each in (
        Feature("reminders", "Reminders", "Texts you at the minute you say."),
        Feature("lists", "Lists", "Shopping, tasks and any other list."),
        Feature("notes", "Notes", "Keeps what you text, and finds it again."),
        Feature("brief", "Daily brief", "Your day in a text, at your minute."),
        Feature(
            "nudges",
            "Nudges",
            "Asks once more, two hours later, about a reminder you did not answer.",
            starts_off=True,
        ),
        Feature("memory", "Memory", "Small facts about you, used when they help."),
        Feature(
            "model",
            "Language model",
            "Answers what the commands do not understand.",
        ),
        Feature(
            "mail",
            "Mail",
            "Reads what is unread, drafts and sends once you said yes.",
            needs=("google", "microsoft"),
        ),
        Feature(
            "calendar",
            "Calendar",
            "Tells what is on and when you are free, adds and moves events.",
        ),
        Feature(
            "pages",
            "Pages",
            "Finds and reads pages, writes on them once you said yes.",
            needs=("notion",),
        ),
        Feature(
            "videos",
            "Videos",
            "Finds videos, shows what you follow, adds to your playlists.",
            needs=("youtube",),
        ),
    )
}

_SAID = "SELECT is_on FROM assistant_featuresetting WHERE user_id = %s AND feature = %s"
# What a person said about the feature of a `call`, as a column of a statement.
SAID = (
    "(SELECT is_on FROM assistant_featuresetting said WHERE said.user_id = {call}.user_id"
    " AND said.feature = split_part({call}.tool, '.', 1))"
)


def named(said: str) -> str:
    """The key of the one that is called so. Raises errors.NotFound."""
    words, called = phrases.folded(said).strip(), phrases.words().answers["features"]
    for key, feature in FEATURES.items():
        if words in {key, phrases.folded(feature.name), *called.get(key, ())}:
            return key
    raise errors.NotFound(phrases.say("no_feature"))


def of(tool: Tool[Any]) -> Feature | None:
    """None for what belongs to none, and cannot be switched off."""
    return FEATURES.get(tool.name.partition(".")[0])


def is_on(user: User, key: str) -> bool:
    ((said,),) = prepared.rows(_SAID, [user.pk, key]) or ((None,),)
    return is_meant_on(key, said)


def is_meant_on(key: str, said: bool | None) -> bool:
    """By what a person `SAID` about it, if anything."""
    return not FEATURES[key].starts_off if said is None else said


def insist(user: User, tool: Tool[Any], *said: bool | None) -> None:
    """Raises errors.Forbidden where its feature is switched off; `said` is what the person
    `SAID` about it, where that was asked."""
    feature = of(tool)
    if feature is None:
        return
    if not (is_meant_on(feature.key, *said) if said else is_on(user, feature.key)):
        raise errors.Forbidden(phrases.say("feature_off", feature=feature.name))


def switch(*, user: User, key: str, is_on: bool) -> None:
    """Raises errors.NotFound."""
    if key not in FEATURES:
        raise errors.NotFound(phrases.say("no_feature"))
    with transaction.atomic():
        User.objects.locked(user.pk)
        FeatureSetting.objects.update_or_create(
            user=user, feature=key, defaults={"is_on": is_on}
        )
    verb = "on" if is_on else "off"
    audit.done(f"assistant.feature.{verb}", actor=user, after={"feature": key})


def off(user: User) -> frozenset[str]:
    """The keys of what is off for a person."""
    rows = FeatureSetting.objects.filter(user=user).values_list("feature", "is_on")
    said = dict(rows)
    return frozenset(
        key for key, each in FEATURES.items() if not said.get(key, not each.starts_off)
    )


@dataclass(frozen=True)
class Standing:
    """How a feature stands with a person. `connected` are those of the accounts that it
    needs which are usable; it needs any one."""

    feature: Feature
    is_on: bool
    connected: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        return not self.feature.needs or bool(self.connected)


def standing(user: User) -> list[Standing]:
    """All of them, in the order of the page."""
    switched_off = off(user)
    usable = Connection.objects.owned_by(user).usable()
    there = {*usable.values_list("provider", flat=True)}
    return [
        Standing(
            each,
            each.key not in switched_off,
            tuple(key for key in each.needs if key in there),
        )
        for each in FEATURES.values()
    ]
