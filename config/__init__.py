"""The project: settings, URLs, Celery.

The Celery app is imported here so that `.delay()` in any process finds the broker.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
