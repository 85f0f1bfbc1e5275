"""What of the day stands on the front page of the console, as *Figures* sums it up."""

from django.urls import reverse

from apps.analytics import figures, periods
from apps.analytics.figures import Volume
from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Tile
from apps.sms.money import DOLLAR


def _today() -> Volume:
    return figures.texts_of_all(periods.today()).volume()


def _pages(name: str) -> str:
    return reverse(f"admin:sms_{name}_changelist")


TILES = (
    Tile(
        "Texts in, today",
        lambda: _today().came,
        lambda: _pages("inboundtext"),
        Permission.INBOUND_VIEW,
    ),
    Tile(
        "Texts out, today",
        lambda: _today().went,
        lambda: _pages("outboundtext"),
        Permission.OUTBOUND_VIEW,
    ),
    Tile(
        "Failed, today",
        lambda: _today().lost,
        lambda: _pages("outboundtext") + "?failed=day",
        Permission.OUTBOUND_VIEW,
    ),
    Tile(
        "Spent, today",
        lambda: f"${_today().cost / DOLLAR:,.2f}",
        lambda: _pages("charge"),
        Permission.CHARGE_VIEW,
    ),
)
ATTENTION = ()
