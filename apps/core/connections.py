"""A kept connection that the server has closed meanwhile is replaced before it is used.

Django would ask the server on each request (CONN_HEALTH_CHECKS): a round trip, where all
of a webhook is one. One that was closed shows by itself: there is something to be read
though nothing was asked.
"""

import select

from django.db import connection


def replace_if_closed(**_: object) -> None:
    """A look at the socket; the server is asked only when it has said something."""
    kept = connection.connection
    if kept is None or connection.in_atomic_block:
        return
    if kept.closed or (_has_words(kept.fileno()) and not connection.is_usable()):
        connection.close()


def _has_words(descriptor: int) -> bool:
    looked = select.poll()
    looked.register(descriptor, select.POLLIN)
    return bool(looked.poll(0))
