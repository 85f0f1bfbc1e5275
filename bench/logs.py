"""What the log costs: the same requests with their lines and without any.

Two processes of the production's settings answer in turn: one writes a line of JSON for
each request to a file, the other is at CRITICAL, which nothing reaches. The CPU is that of
the application, without the web server and the database; beside all of a request the log
is a smaller part than here.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.sites import OURS, Ask, Site, answer, asked, said, show
from bench.webhook import FULL, build, environs, installation
from config.embedded import servers

ROUNDS = 60 if FULL else 20
REQUESTS = 250  # a round: short, so that both meet the same moments of the machine
# Of a hundred: what the lines may add to the CPU of a request.
MOST = 5.0
LEVELS = {"lines": "INFO", "none": "CRITICAL"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = installation(urls, Path(folder)) | OURS | {"LOG_FORMAT": "json"}
            build(own)
            places = {name: own | {"LOG_LEVEL": one} for name, one in LEVELS.items()}
            print(f"\nThe log; {ROUNDS} rounds of {REQUESTS}; medians (spread)\n")
            for kind in ("a webhook", "a page"):
                log = Path(folder) / "lines.log"
                log.write_bytes(b"")
                sites = asked("bench.logs", kind, places, ROUNDS, REQUESTS, str(log))
                show(kind, sites)
                lines = log.read_bytes().count(b"\n")
                if lines < ROUNDS * REQUESTS:
                    raise SystemExit(f"{lines} lines were written")
                said(f"{kind}: CPU of its log, %", _more(sites), MOST)
                print()


def _more(sites: Mapping[str, Site]) -> float:
    """Percent, of each round beside that of the other at the same moment."""
    both = zip(sites["lines"].cpu, sites["none"].cpu, strict=True)
    return (statistics.median(own / other for own, other in both) - 1) * 100


# In a site's own process.


def _webhook() -> Ask:
    """What is sent stands ready: to sign it is nothing of ours."""
    many = (ROUNDS + 3) * (REQUESTS + 1)
    waiting = iter(list(environs(os.environ["TWILIO_AUTH_TOKEN"], many)))
    application = _application()
    return lambda: application(next(waiting))


def _page() -> Ask:
    given = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "a browser",
        "wsgi.input": open(os.devnull, "rb"),
        "wsgi.url_scheme": "https",
        "wsgi.errors": sys.stderr,
    }
    application = _application()
    return lambda: application(dict(given))


def _application() -> Callable[[dict[str, Any]], None]:
    from django.core.wsgi import get_wsgi_application

    from bench.inside import call

    application = get_wsgi_application()
    return lambda given: call(application, given)


ASKS = {
    f"{kind}, {name}": ask
    for kind, ask in (("a webhook", _webhook), ("a page", _page))
    for name in LEVELS
}

if __name__ == "__main__":
    if sys.argv[1:]:
        answer(ASKS[sys.argv[1]])
    else:
        main()
