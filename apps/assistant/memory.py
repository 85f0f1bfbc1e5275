"""Small facts about a person: said once, used when they help, seen and forgotten at will.

"My shoe size is 42" is a subject and a value: said anew, it takes the place of the old.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.assistant import left, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Fact, Summary
from apps.assistant.targets import BY_ID, short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

FACTS = "facts"
LONGEST_SUBJECT, LONGEST = 80, 300
MOST = 500
MOST_SHOWN, MOST_CHOICES = 30, 3

Kind = Fact.Kind


def remember(*, user: User, text: str) -> tuple[Fact, dict[str, Any]]:
    """The fact, and what `restore` takes. Raises errors.Invalid or Conflict."""
    subject, value = parted(text)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        own = Fact.objects.owned_by(user).kept()
        known = own.filter(subject__iexact=subject).first() if subject else None
        same = own.filter(subject__iexact=subject, text__iexact=value)
        if same.exists():
            raise errors.Conflict(phrases.say("fact_known"))
        if known is None and own.count() >= MOST:
            raise errors.Conflict(phrases.say("too_many_facts", count=MOST))
        if known is None:
            kind = _kind(subject, value)
            row = Fact.objects.create(user=user, kind=kind, subject=subject, text=value)
            return row, left.by(state(row, is_deleted=True), state(row))
        was = state(known)
        known.text = value
        known.save(update_fields=["text", "updated_at"])
        return known, left.by(was, state(known))


def change(*, row: Fact, text: str) -> dict[str, Any]:
    """What `restore` takes. Raises errors.Invalid."""
    was = state(row)
    row.subject, row.text = parted(text)
    row.kind = _kind(row.subject, row.text)
    row.save(update_fields=["subject", "text", "kind", "updated_at"])
    return left.by(was, state(row))


def forget(*, row: Fact) -> dict[str, Any]:
    was = state(row)
    row.is_deleted = True
    row.save(update_fields=["is_deleted", "updated_at"])
    return left.by(was, state(row, is_deleted=True))


def forget_all(*, user: User) -> int:
    """For good, also what was forgotten before; how many were there."""
    count = Fact.objects.owned_by(user).kept().count()
    Fact.objects.owned_by(user).delete()
    return count


def talked_about(user: User) -> Summary | None:
    """What a model is told of earlier conversations, if there is such a thing."""
    return Summary.objects.filter(user=user).exclude(words="").first()


def forget_talk(*, user: User) -> None:
    """For good; what is said from now on is summed up anew. The mark of how far it went
    stays, or the same turns would be told again."""
    Summary.objects.filter(user=user).update(words="")


def state(row: Fact, *, is_deleted: bool = False) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "subject": row.subject,
        "text": row.text,
        "is_deleted": is_deleted,
    }


def restore(*, user: User, before: Mapping[str, Any]) -> None:
    """Raises errors.NotFound for what was forgotten for good since, Conflict for what was
    changed since, or is known anew."""
    own = Fact.objects.owned_by(user)
    with transaction.atomic():
        row = own.select_for_update().filter(public_id=before["id"]).first()
        if row is None:
            raise errors.NotFound(phrases.say("fact_gone"))
        left.insist_same(before, state(row, is_deleted=row.is_deleted))
        row.subject, row.text = before["subject"], before["text"]
        row.is_deleted = before["is_deleted"]
        others = own.kept().exclude(pk=row.pk).filter(subject__iexact=row.subject)
        if row.subject and not row.is_deleted and others.exists():
            raise errors.Conflict(phrases.say("left_since"))
        row.save(update_fields=["subject", "text", "is_deleted", "updated_at"])


def get(*, user: User, public_id: str) -> Fact:
    """Raises errors.NotFound."""
    try:
        rows = Fact.objects.owned_by(user).kept()
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Fact.DoesNotExist):
        raise errors.NotFound(phrases.say("fact_gone")) from None


def find(user: User, about: str, most: int = MOST_SHOWN) -> list[Fact]:
    """The first of those that are `matching`."""
    return list(matching(user, about)[:most])


def matching(user: User, about: str) -> QuerySet[Fact]:
    """Those that have all the words, whole ones; with a subject of just that, these
    alone."""
    own = Fact.objects.owned_by(user).kept()
    answers = phrases.words().answers
    skipped = {*answers["articles"], *answers["mine"]}
    words = [w for w in _plain(about).split() if phrases.folded(w) not in skipped]
    if not words:
        return own if not about.strip() else own.none()
    exact = own.filter(subject__iexact=" ".join(words))
    if exact.exists():
        return exact
    for word in words:
        stem = word.removesuffix("'s").removesuffix("s") if len(word) > 3 else word
        whole = rf"\m{re.escape(stem)}('?s)?\M"
        own = own.filter(Q(subject__iregex=whole) | Q(text__iregex=whole))
    return own


def the_fact(scene: Scene, target: str) -> Fact:
    """The one that is meant. Raises errors.NotFound, or Ask where several are."""
    if target.startswith(BY_ID):
        return get(user=scene.user, public_id=target.removeprefix(BY_ID))
    if target.isdigit() and (shown := scene.shown_of(FACTS)):
        if not 1 <= int(target) <= len(shown):
            raise errors.NotFound(phrases.say("no_note_number", number=target))
        return get(user=scene.user, public_id=shown[int(target) - 1])
    found = find(scene.user, target, MOST_CHOICES)
    if not found:
        raise errors.NotFound(phrases.say("no_fact_about", about=short(target)))
    if len(found) > 1:
        options = [
            Option(short(said(row)), {"target": f"{BY_ID}{row.public_id}"})
            for row in found
        ]
        raise Ask(phrases.say("which_one"), arguments={}, options=options)
    return found[0]


def parted(text: str) -> tuple[str, str]:
    """ "my shoe size is 42" is about "shoe size"; whatever else is a sentence. Raises
    errors.Invalid."""
    text = " ".join(text.split()).rstrip(".")
    if match := re.fullmatch(phrases.words().answers["fact"], text, re.IGNORECASE):
        subject, value = match["subject"].strip(), match["value"].strip()
    else:
        subject, value = "", text
    if not value or len(value) > LONGEST or len(subject) > LONGEST_SUBJECT:
        raise errors.Invalid(phrases.say("fact_length"))
    return subject, value


def said(row: Fact) -> str:
    if row.subject:
        return phrases.say("fact_line", subject=row.subject, text=row.text)
    return row.text


def sentence(row: Fact) -> str:
    """As `parted` takes it apart again."""
    return (
        phrases.say("fact_sentence", subject=row.subject, text=row.text)
        if row.subject
        else row.text
    )


def spoken(row: Fact) -> dict[str, Any]:
    return {"kind": FACTS, "focus": str(row.public_id), "fact": said(row)}


def _kind(subject: str, value: str) -> str:
    """By the words of the language, in their order."""
    for kind, pattern in phrases.words().answers["fact_kinds"].items():
        if re.search(pattern, f"{subject}: {value}", re.IGNORECASE):
            return str(kind)
    return Kind.THING if subject else Kind.OTHER


def _plain(text: str) -> str:
    return re.sub(r"[^\w\s']", " ", text).casefold()
