"""Whether the process of this container works: exit code 0 or 1, and why not.

Standard library only and no Django: it runs every few seconds. A worker or a beat
touches a file while its loop turns; a web server has no such file and is asked.
"""

import os
import sys
import time
import urllib.request

# Six signs of life missed; one may be late on a busy machine.
STALE_AFTER_SECONDS = 30


def trouble() -> str:
    """Empty when all is well."""
    path = os.environ.get("HEARTBEAT_FILE", "/tmp/heartbeat")
    try:
        age = time.time() - os.stat(path).st_mtime
    except FileNotFoundError:
        return _trouble_of_web()
    if age > STALE_AFTER_SECONDS:
        return f"the last sign of life is {age:.0f} s old"
    return ""


def _trouble_of_web() -> str:
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/health/live"
    try:
        with urllib.request.urlopen(address, timeout=3) as answer:
            return "" if answer.status == 200 else f"it answers {answer.status}"
    except OSError as error:
        return f"it does not answer: {error}"


if __name__ == "__main__":
    why = trouble()
    if why:
        print(why)
    sys.exit(1 if why else 0)
