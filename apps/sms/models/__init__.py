"""The facts of a text: whose number it is, what came, what it was answered.

    Lane ── InboundText ──▶ Turn ──▶ OutboundText ── DeliveryEvent

Every accepted inbound text belongs to exactly one turn; every turn that is finished
has exactly one reply or a reason for none (docs/texting.md).
"""

from apps.sms.models.audit import AnsweredDay
from apps.sms.models.changes import PhoneChange
from apps.sms.models.deltas import Delta, UsageLog
from apps.sms.models.diagnosis import CarrierFinding
from apps.sms.models.inbound import InboundText, Keyword, Lane, Tombstone, Turn
from apps.sms.models.journal import WebhookCall
from apps.sms.models.media import MediaFile
from apps.sms.models.money import BillLine, Charge, Entry, Pot, Price, Spending
from apps.sms.models.numbers import (
    DeactivationList,
    LinkPhrase,
    NumberEvent,
    OptOut,
    PhoneNumber,
)
from apps.sms.models.outbound import DeliveryEvent, OutboundText
from apps.sms.models.proofs import TextedCode
from apps.sms.models.router import RouterConfig, RouterVersion
from apps.sms.models.simulated import SimulatedLine, SimulatedText

__all__ = [
    "BillLine",
    "AnsweredDay",
    "CarrierFinding",
    "Charge",
    "DeactivationList",
    "DeliveryEvent",
    "Delta",
    "Entry",
    "InboundText",
    "Keyword",
    "Lane",
    "LinkPhrase",
    "MediaFile",
    "NumberEvent",
    "OptOut",
    "OutboundText",
    "PhoneChange",
    "PhoneNumber",
    "Pot",
    "RouterConfig",
    "RouterVersion",
    "Price",
    "SimulatedLine",
    "SimulatedText",
    "Spending",
    "TextedCode",
    "Tombstone",
    "Turn",
    "UsageLog",
    "WebhookCall",
]
