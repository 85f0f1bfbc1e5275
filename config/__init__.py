"""The project: settings, URLs, Celery.

The Celery app is imported here so that `.delay()` in any process finds the broker.
"""

import gc

# While it loads what stays to the end, Python would look a hundred times for what could
# go: that takes a fifth of each start.
gc.set_threshold(50_000)

from config.celery import app as celery_app  # noqa: E402  (what that loads counts)

__all__ = ["celery_app"]
