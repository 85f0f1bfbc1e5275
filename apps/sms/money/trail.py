"""What a text cost, as the last step of its way."""

from collections.abc import Iterator

from django.urls import reverse

from apps.sms.journeys import Stage, Step
from apps.sms.models import Charge, OutboundText, Turn
from apps.sms.money import exactly_in_dollars


def of_turn(turn: Turn) -> Iterator[Step]:
    """The texts that came, and what a language model was asked."""
    for charge in turn.charges.exclude(what=Charge.What.OUT).order_by("id"):
        yield _step(charge)


def of_text(text: OutboundText) -> Iterator[Step]:
    if charge := Charge.objects.filter(text=text).first():
        yield _step(charge)


def _step(charge: Charge) -> Step:
    said = [
        f"{charge.get_what_display()}: {exactly_in_dollars(charge.micros)}",
        charge.get_state_display().lower(),
    ]
    if charge.segments:
        said.append(f"{charge.segments} x {charge.country or 'anywhere'}")
    if charge.state == Charge.State.SETTLED and charge.micros != charge.estimate:
        said.append(f"estimated {exactly_in_dollars(charge.estimate)}")
    note = f" {charge.note}" if charge.note else ""
    return Step(
        Stage.COST,
        charge.spent_at or charge.at,
        f"{', '.join(said)}.{note}",
        page=reverse("admin:sms_charge_change", args=[charge.pk]),
    )
