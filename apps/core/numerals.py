"""Numbers with the signs of the language that is spoken: "1,234.5" or "1.234,5"."""

from django.utils.formats import get_format


def shown(written: str) -> str:
    """Of "1,234.5" as Python writes it."""
    signs = {
        ",": get_format("THOUSAND_SEPARATOR"),
        ".": get_format("DECIMAL_SEPARATOR"),
    }
    return written.translate(str.maketrans(signs))
