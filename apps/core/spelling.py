"""One spelling per e-mail address, so that nobody signs up as a look-alike."""

import unicodedata

from apps.core.errors import Invalid


def canonical(email: str) -> str:
    """NFKC, case folded, with an ASCII local part. Raises `Invalid`.

    Letters like "ſ" or "ı" fold to ASCII ones and would find another person's row.
    """
    local, at, domain = email.strip().rpartition("@")
    if not at or not local.isascii():
        raise Invalid("Use an address whose part before the @ has plain letters.")
    return unicodedata.normalize("NFKC", f"{local}@{domain}").casefold()
