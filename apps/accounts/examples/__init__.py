"""Examples about people, their sign-ins and tokens, and of signing in."""

from itertools import chain

from apps.core import shelves

EXAMPLES = tuple(chain(*shelves.collect(__name__, "EXAMPLES")))
IDS = tuple(chain(*shelves.collect(__name__, "IDS")))
