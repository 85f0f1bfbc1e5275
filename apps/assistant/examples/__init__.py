"""Examples of what the assistant keeps and does, one file for each of `api`."""

from itertools import chain

from apps.core import shelves

EXAMPLES = tuple(chain(*shelves.collect(__name__, "EXAMPLES")))
IDS = tuple(chain(*shelves.collect(__name__, "IDS")))
