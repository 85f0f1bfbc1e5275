"""Where somebody signs in from: a browser and a network, in words."""

from datetime import timedelta
from ipaddress import ip_interface

from apps.accounts.models import LoginSession
from apps.core.user_agents import device, said

# Who comes back after a season is told once more.
_REMEMBERED = timedelta(days=90)
_YOUNG = timedelta(days=1)
# What a provider gives to one household or company; the rest changes by itself.
_NETWORK_BITS = {4: 24, 6: 48}


def words(address: str, user_agent: str) -> str:
    """ "203.0.113.9, Firefox on Windows", as much of it as there is."""
    return ", ".join(filter(None, (address, said(device(user_agent)))))


def network(address: str) -> str:
    found = ip_interface(address)
    return str(ip_interface(f"{address}/{_NETWORK_BITS[found.version]}").network)


def is_new(row: LoginSession) -> bool:
    """Whether its person has not signed in by this browser from this network lately.

    The first sign-in of a new account is nothing to warn anybody of.
    """
    since = row.created_at - _REMEMBERED
    earlier = (
        LoginSession.objects.owned_by(row.user)
        .filter(created_at__gte=since)
        .exclude(pk=row.pk)
    )
    seen = {_place(*each) for each in earlier.values_list("address", "browser")}
    if not seen:
        return row.user.created_at < row.created_at - _YOUNG
    return _place(row.address, row.browser) not in seen


def _place(address: str | None, user_agent: str) -> tuple[str, str]:
    return (network(address) if address else "", device(user_agent))
