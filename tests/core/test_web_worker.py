"""What a web worker does before its first request."""

import subprocess
import sys

SCRIPT = """
import gc
from config import gunicorn
from config.wsgi import application
before = len(gc.get_objects())
gunicorn.post_worker_init(None)
print(before, gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_is_loaded_is_searched_for_rubbish_no_more() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, kept, searched = map(int, told.stdout.split()[-3:])
    # The addresses are there as well, with all that answers them.
    assert kept > before > 50 * searched
