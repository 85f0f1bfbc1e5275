"""Enough of an address or a number to tell two apart, too little to use it."""

# In the place of a number, for what was written here.
_WEBSITE = "web"


def person(email: str, pk: int) -> str:
    """`a•••@example.com, 12`: two people can share a mask."""
    return f"{mask(email)}, {pk}"


def gone(number: int | None) -> str:
    """Of nobody, and of whom no more than the number is left."""
    return "-" if number is None else f"{number}, gone"


def mask(value: str) -> str:
    """`a•••@example.com`, `+1••••••••01`; other words keep their first letter. Of a
    number no more than the country's beginning and two digits: a million are left."""
    if value == _WEBSITE:
        return value
    if "@" in value:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}•••@{domain}"
    if value.startswith("+"):
        return f"{value[:2]}{'•' * max(2, len(value) - 4)}{value[4:][-2:]}"
    return f"{value[:1]}•••" if value else ""
