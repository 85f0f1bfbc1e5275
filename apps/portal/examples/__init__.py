"""Examples of what stands in several apps."""

from itertools import chain

from apps.core import shelves

EXAMPLES = tuple(chain(*shelves.collect(__name__, "EXAMPLES")))
IDS = tuple(chain(*shelves.collect(__name__, "IDS")))
