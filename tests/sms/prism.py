"""Twilio's own description of its REST, between our client and the server of the tests.

What either of them says against it is refused: a request with 422, an answer with 500.
https://github.com/stoplightio/prism
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests import node


@contextmanager
def between(upstream: str) -> Iterator[str]:
    """The address in front of the server at `upstream`; gone at the end, or with us."""
    node.install()
    command = [str(node.NODE), str(node.ROOT / "twilio.js"), upstream]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as proxy:
        assert proxy.stdin and proxy.stdout
        try:
            address = proxy.stdout.readline().strip()
            assert address, "Prism did not start; it says why above."
            yield address
        finally:
            proxy.stdin.close()
