"""A conversation during one turn: what was open before it and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NotRequired, TypedDict

from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases, times
from apps.assistant.models import Conversation, Risk, ToolCall
from apps.assistant.models.conversations import REMINDERS
from apps.assistant.toolbox import Ask
from apps.core import prepared
from apps.sms.models import Turn

MORE_LIVES = timedelta(hours=24)
# After half an hour a bare "1" is no longer about the menu that was sent.
MENU_LIVES = timedelta(minutes=30)
QUESTION_LIVES = timedelta(minutes=30)

_OF_PERSON = (
    f"SELECT {prepared.columns(Conversation)} FROM assistant_conversation"
    " WHERE user_id = %s"
)
_KEEP = prepared.insertion(Conversation) + prepared.else_changed(Conversation, "user")


class MenuOption(TypedDict):
    """One numbered answer and the tool call it stands for."""

    label: str
    tool: str
    arguments: dict[str, Any]


class Question(TypedDict):
    """A tool call that lacks one argument, `slot`, and the words it was asked in.

    `misses` counts the texts in a row that had nothing of an answer; `language` is the
    one it was asked in.
    """

    tool: str
    arguments: dict[str, Any]
    slot: str
    asked: NotRequired[str]
    misses: NotRequired[int]
    language: NotRequired[str]


@dataclass
class Scene:
    """Everything an interpreter or a tool may know: the person, the moment, what is
    open. Changes stay in memory until `save`, which the transport calls in the
    transaction that finishes the turn, so they and the reply are kept together.
    """

    turn: Turn
    user: User
    now: datetime
    conversation: Conversation
    # The reply of this turn that opened what is open, if it was this turn's.
    opened_by: int | None = None
    replies: int = 0
    # The record of the tool call that is running.
    call: ToolCall | None = None
    # Words of others were read in this turn: whatever reaches others waits for a yes.
    has_read_others: bool = False
    # A model was asked in this turn.
    was_thought: bool = False
    # Nothing of it is kept (sandbox.py), so it must not reach accounts or a model.
    is_rehearsed: bool = False

    @property
    def zone(self) -> str:
        return self.user.timezone

    @property
    def hours(self) -> int:
        """Of the clock that times are said by, 12 or 24."""
        return self.user.clock_hours

    @property
    def week_starts(self) -> int:
        """The weekday that a week begins with, 0 for Monday."""
        return self.user.first_weekday

    def read(
        self, said: str, *, day: date | None = None, clock: time | None = None
    ) -> times.Outcome:
        """What words for a time mean to the person, now (times/reading.py)."""
        return times.read(
            said,
            now=self.now,
            zone=self.zone,
            week_starts=self.week_starts,
            day=day,
            clock=clock,
        )

    @property
    def menu(self) -> list[MenuOption]:
        row = self.conversation
        return row.menu if row.menu and self._lives(row.menu_until) else []

    @property
    def question(self) -> Question | None:
        row = self.conversation
        return row.question if self._lives(row.question_until) else None

    @property
    def overflow(self) -> str:
        row = self.conversation
        return row.overflow if self._lives(row.overflow_until) else ""

    def _lives(self, until: datetime | None) -> bool:
        return until is not None and self.now < until

    def offer(self, options: Sequence[MenuOption]) -> None:
        """Open a numbered menu in place of whatever was open."""
        self.close()
        self.conversation.menu = list(options)
        self.conversation.menu_until = self.now + MENU_LIVES
        self.opened_by = self.replies

    def ask(self, tool: str, ask: Ask) -> None:
        """Open the question a tool raised, with its numbered answers."""
        self.close()
        if ask.options:
            self.offer(
                [
                    MenuOption(
                        label=option.label, tool=tool, arguments={**option.arguments}
                    )
                    for option in ask.options
                ]
            )
        if ask.slot:
            self.conversation.question = Question(
                tool=tool,
                arguments=ask.arguments,
                slot=ask.slot,
                asked=ask.sentence,
                language=phrases.language(),
            )
            self.conversation.question_until = self.now + QUESTION_LIVES
        self.opened_by = self.replies

    def close(self) -> int | None:
        """Close what is open; the reply of this turn that had opened it, if any."""
        opened, self.opened_by = self.opened_by, None
        self.conversation.menu = self.conversation.menu_until = None
        self.conversation.question = self.conversation.question_until = None
        return opened

    def count_miss(self, missed: bool) -> None:
        """After each text: whether it missed the open question."""
        if question := self.question:
            misses = question.get("misses", 0) + 1 if missed else 0
            self.conversation.question = Question(**{**question, "misses": misses})

    def move_on(self, risk: str) -> None:
        """After a change nobody still answers what was asked before this turn."""
        if risk != Risk.READ and self.opened_by is None:
            self.close()

    def shown_of(self, kind: str) -> list[str]:
        """Public ids in the order last listed; none where something else was."""
        row = self.conversation
        shown: list[str] = row.shown if row.shown_kind == kind else []
        return shown

    def focus_of(self, kind: str) -> str:
        """What "it" means, if that is of this kind."""
        row = self.conversation
        return row.focus if row.focus_kind == kind else ""

    def count_from(self, kind: str, shown: list[str]) -> None:
        """Number these (public ids) from now on.

        Kept at once, in the transaction of the first change by number: the next
        number of the same text counts in the same order, also when a crash comes in
        between.
        """
        self.conversation.shown, self.conversation.shown_kind = shown, kind
        Conversation.objects.update_or_create(
            user=self.user, defaults={"shown": shown, "shown_kind": kind}
        )

    def keep_overflow(self, rest: str) -> None:
        """Keep what did not fit, for MORE; "" when nothing is left."""
        self.conversation.overflow = rest
        self.conversation.overflow_until = self.now + MORE_LIVES if rest else None

    def remember(self, values: Mapping[str, Any]) -> None:
        """Take over what a tool's result says was shown or spoken of."""
        kind = values.get("kind", REMINDERS)
        if "shown" in values:
            self.conversation.shown = values["shown"]
            self.conversation.shown_kind = kind
        if "focus" in values:
            self.conversation.focus = values["focus"]
            self.conversation.focus_kind = kind

    def save(self) -> None:
        """Keep the state. To be called in the transaction that keeps the reply."""
        prepared.rows(_KEEP, prepared.given(self.conversation))


def enter(turn: Turn) -> Scene:
    """The scene of a turn. Its moment never comes from the clock, so that a turn that
    is run again answers the same."""
    if turn.user is None:
        raise ValueError("A turn of an unknown number has no conversation.")
    found = prepared.objects(Conversation, _OF_PERSON, [turn.user.pk])
    # One that was never saved is when the turn ends.
    conversation = found[0] if found else Conversation(user=turn.user)
    return Scene(
        turn=turn, user=turn.user, now=turn.started_at, conversation=conversation
    )


def aside(user: User, now: datetime | None = None) -> Scene:
    """The scene of somebody who is at no turn: to read and to say times as they do. It
    is never saved."""
    return Scene(
        turn=Turn(user=user),
        user=user,
        now=now or timezone.now(),
        conversation=Conversation(user=user),
    )
