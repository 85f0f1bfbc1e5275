"""What a browser calls itself, in two words."""

from django.utils.translation import gettext

# The first that is in the name. Edge and Opera call themselves Chrome as well, Chrome
# calls itself Safari; Android calls itself Linux, and an iPhone a Mac.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """ "Firefox on Windows", as much of it as can be told; never the header's words."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return " on ".join(filter(None, found))


def said(device: str) -> str:
    """What `device` told, in the language that is spoken."""
    browser, on, system = device.partition(" on ")
    if not on:
        return device
    words = gettext("%(browser)s on %(system)s")
    return words % {"browser": browser, "system": system}


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
