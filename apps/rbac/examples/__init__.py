"""Examples of roles, and of the audit."""

from itertools import chain

from apps.core import shelves

EXAMPLES = tuple(chain(*shelves.collect(__name__, "EXAMPLES")))
IDS = tuple(chain(*shelves.collect(__name__, "IDS")))
