"""Examples of connections, and of what operators do with them, one file a subject."""

from itertools import chain

from apps.core import shelves

EXAMPLES = tuple(chain(*shelves.collect(__name__, "EXAMPLES")))
IDS = tuple(chain(*shelves.collect(__name__, "IDS")))
