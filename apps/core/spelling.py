"""One spelling per e-mail address, so that nobody signs up as a look-alike."""

import re
import unicodedata

from django.utils.encoding import punycode
from django.utils.translation import gettext

from apps.core.errors import Invalid


def canonical(email: str) -> str:
    """NFKC, case folded, with an ASCII local part. Raises `Invalid`.

    Letters like "ſ" or "ı" fold to ASCII ones and would find another person's row.
    """
    local, at, domain = email.strip().rpartition("@")
    if not at or not local.isascii():
        raise Invalid(
            gettext("Use an address whose part before the @ has plain letters.")
        )
    return unicodedata.normalize("NFKC", f"{local}@{domain}").casefold()


LONGEST = 254
# Unicode's Default_Ignorable_Code_Point, as far as it is none of the category C.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)


def kept(email: str) -> str:
    """As a new address is kept: canonical, its domain as mail servers are asked for it
    (IDNA). Raises `Invalid` for what cannot be seen or is written in several ways."""
    if _IGNORABLE.search(email) or any(
        unicodedata.category(each).startswith("C") for each in email.strip()
    ):
        raise Invalid(
            gettext("This address has characters that cannot be seen. Type it again.")
        )
    local, _, domain = canonical(email).rpartition("@")
    if '"' in local:
        raise Invalid(gettext("Use an address without quotation marks."))
    try:
        plain = f"{local}@{punycode(domain).lower()}"
    except UnicodeError:
        raise Invalid(
            gettext("The part after the @ is no domain that gets mail.")
        ) from None
    if len(plain) > LONGEST:
        raise Invalid(gettext("This address is too long."))
    return plain


def spellings(email: str) -> set[str]:
    """Under which an address may have been kept before there was one. Raises
    `Invalid`."""
    plain = canonical(email)
    local, _, domain = plain.rpartition("@")
    found = {plain}
    for other in (punycode, _in_unicode):
        try:
            found.add(f"{local}@{other(domain).lower()}")
        except UnicodeError:
            continue
    return found


def _in_unicode(domain: str) -> str:
    return domain.encode("ascii").decode("idna")
