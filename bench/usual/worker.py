"""`celery -A bench.usual.worker worker`."""

import django

django.setup()

from bench.usual.tasks import celery  # noqa: E402  (after the set-up)

app = celery
