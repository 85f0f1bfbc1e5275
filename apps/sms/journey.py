"""What the transport knows of a text's way."""

from collections.abc import Iterator

from django.urls import reverse

from apps.rbac.console import masks
from apps.sms import troubles
from apps.sms.composer import count
from apps.sms.journeys import Stage, Step, within
from apps.sms.models import OutboundText, Turn, WebhookCall
from apps.sms.money import trail

State, Outcome = OutboundText.State, WebhookCall.Outcome


def _calls(turn: Turn) -> Iterator[Step]:
    sids = list(turn.texts.values_list("sid", flat=True))
    for call in WebhookCall.objects.filter(sid__in=sids):
        yield Step(
            Stage.CALL,
            call.called_at,
            f"{call.get_via_display()}: {call.get_outcome_display().lower()}.",
            is_bad=call.via == WebhookCall.Via.FALLBACK
            or call.outcome == Outcome.CONFLICT,
            page=_page("webhookcall", call.pk),
        )


def _identity(turn: Turn) -> Iterator[Step]:
    for text in turn.texts.select_related("user"):
        whose = masks.person(str(text.user), text.user.pk) if text.user else "nobody"
        size = count(text.body)
        said = [f"{len(text.body)} characters", f"{size.segments} x {size.encoding}"]
        if text.keyword:
            said.append(f"the carrier's word {text.keyword.upper()}")
        if text.num_media:
            said.append(f"{text.num_media} files")
        yield Step(
            Stage.IDENTITY,
            text.received_at,
            f"From {masks.mask(text.number)}, {whose}: {', '.join(said)}.",
            page=_page("inboundtext", text.pk),
        )


def _turn(turn: Turn) -> Iterator[Step]:
    texts = turn.texts.count()
    again = f", taken up {turn.attempts} times" if turn.attempts > 1 else ""
    yield Step(
        Stage.TURN,
        turn.started_at,
        f"Began with {texts} {'text' if texts == 1 else 'texts'}{again}.",
        is_bad=turn.attempts > 1,
        page=_page("turn", turn.pk),
    )


def _reading(turn: Turn) -> Iterator[Step]:
    for said in turn.trail:
        yield Step(Stage.READING, turn.started_at, said)


def _answer(turn: Turn) -> Iterator[Step]:
    if turn.finished_at is None:
        yield Step(Stage.ANSWER, None, "There is none yet.", is_bad=True)
        return
    at = within(turn, turn.finished_at)
    if turn.silence:
        why = turn.get_silence_display()
        yield Step(Stage.ANSWER, at, f"No reply: {why}.")
    else:
        yield Step(Stage.ANSWER, at, "Written.")


def _sending(text: OutboundText) -> Iterator[Step]:
    yield Step(
        Stage.SENDING,
        text.created_at,
        f"{text.get_kind_display()} to {masks.mask(text.number)}: "
        f"{text.segments} x {text.encoding}.",
        page=_page("outboundtext", text.pk),
    )
    tries = "at once" if text.attempts == 1 else f"at try {text.attempts}"
    if text.sent_at and not text.provider_sid:
        yield Step(Stage.SENDING, text.sent_at, "Shown on the website.")
    elif text.sent_at:
        handed = f"Handed over {tries} as {text.provider_sid}."
        yield Step(Stage.SENDING, text.sent_at, handed, is_bad=text.attempts > 1)
    elif text.state in (State.FAILED, State.CANCELED):
        why = troubles.of(text.error_code)
        yield Step(Stage.SENDING, text.attempted_at, f"Not sent. {why}", is_bad=True)
    else:
        state = text.get_state_display()
        yield Step(Stage.SENDING, text.attempted_at, f"{state}.", is_bad=True)


def _carrier(text: OutboundText) -> Iterator[Step]:
    for event in text.events.order_by("id"):
        why = f" {troubles.of(event.error_code)}" if event.error_code else ""
        yield Step(
            Stage.CARRIER,
            event.received_at,
            f"{event.status}.{why}",
            is_bad=bool(event.error_code) or event.sid != text.provider_sid,
        )


def _page(model: str, pk: object) -> str:
    return reverse(f"admin:sms_{model}_change", args=[pk])


STAGES = (_calls, _identity, _turn, _reading, _answer, trail.of_turn)
OF_TEXTS = (_sending, _carrier, trail.of_text)
