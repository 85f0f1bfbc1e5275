"""Gathers the background tasks of this app, and when they run by themselves."""

from celery import signals

from apps.sms import bell
from apps.sms.aftermath import once_more, write, write_why
from apps.sms.auditor import audit
from apps.sms.deactivations import read_missing
from apps.sms.diagnosis import diagnose
from apps.sms.media import forget, keep
from apps.sms.money.bills import check_bill
from apps.sms.money.ledger import release_forgotten
from apps.sms.money.price_sync import sync_prices
from apps.sms.money.settling import settle_prices
from apps.sms.simulator import deliver
from apps.sms.trust import doubt_silent
from apps.sms.worker import SWEEP, drain

__all__ = [
    "TIMETABLE",
    "audit",
    "check_bill",
    "deliver",
    "diagnose",
    "doubt_silent",
    "drain",
    "forget",
    "keep",
    "once_more",
    "read_missing",
    "release_forgotten",
    "settle_prices",
    "sync_prices",
    "write",
    "write_why",
]

TIMETABLE = {
    # The sweeper: whatever a lost bell or a dead worker left is found within this time.
    "sms-sweep": ("sms.drain", SWEEP.total_seconds()),
    "sms-audit": ("sms.audit", 3_600),
    "sms-diagnose": ("sms.diagnose", 900),
    "sms-settle": ("sms.settle_prices", 300),
    "sms-release": ("sms.release_charges", 600),
    "sms-prices": ("sms.sync_prices", "40 2 * * *"),
    "sms-bill": ("sms.check_bill", "20 5 * * *"),
    # Yesterday's list is there by now, and few texts come.
    "sms-deactivations": ("sms.read_deactivations", "30 4 * * *"),
    "sms-silent-numbers": ("sms.doubt_silent", "50 4 * * *"),
}


@signals.worker_ready.connect
def _look_around(**_: object) -> None:
    """A worker that comes up need not wait for the next sweep."""
    bell.ring_now()
