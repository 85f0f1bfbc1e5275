"""A worker without Celery, for tests that kill many: `python -m tests.jobs.one_worker`."""

import time

import django

django.setup()

from apps.core.kinds import Queue  # noqa: E402
from apps.jobs import leases, runner  # noqa: E402


def main() -> None:
    print("up", flush=True)
    while True:
        for queue in Queue.values:
            lease = leases.claim(queue)
            if lease is not None:
                runner.run(lease)
                break
        else:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
