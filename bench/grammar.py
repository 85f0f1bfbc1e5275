"""What an answer of the assistant takes where no model is asked: in one process, from the
text to the reply that is ready to be sent.

Beside it the reading alone, which is the limit: nothing is looked up or kept.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.answers import OURS, Place, _said, set_up
from bench.carrier import Carrier
from bench.crowd import SAID
from bench.webhook import installation
from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.stack import running, urls

TURNS, WARM = 400, 40
TARGET_P95 = 30


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        folder = Path(name)
        with running(Folder(folder), "run", [Postgres, Redis]) as servers:
            environment = installation(urls(servers), folder)
            (postgres,) = (one for one in servers if one.name == "postgres")
            log = folder / "log"
            place = Place(environment, Carrier(), log, postgres.process.pid)
            set_up(place, OURS)
            ran = subprocess.run(
                [sys.executable, "-m", "bench.grammar", "inside"],
                env={**os.environ, **environment},
                stdout=subprocess.PIPE,
                check=True,
            )
    reading, answer = json.loads(ran.stdout.splitlines()[-1])
    print(f"\n{TURNS} texts of one person, {len(SAID)} kinds, in one process; ms\n")
    print(f"{'':32}{'p50':>10}{'p95':>10}")
    for what, spent in (("read alone (limit)", reading), ("answered", answer)):
        print(f"{what:32}{_p(spent, 0.5):10.2f}{_p(spent, 0.95):10.2f}")
    _said("answered, p95", _p(answer, 0.95), TARGET_P95)


def inside() -> None:
    """In a process of its own, as it brings its own settings."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.assistant import answering, commands, conversations, phrases
    from apps.sms.models import InboundText, Lane, Turn

    user = User.objects.get(pk=1)
    lane = Lane.objects.create(key=f"u:{user.pk}", user=user)
    reading: list[float] = []
    answer: list[float] = []
    for number in range(TURNS + WARM):
        said = SAID[number % len(SAID)].format(n=number + 2)
        now = timezone.now()
        turn = Turn.objects.create(
            lane=lane,
            user=user,
            number="x",
            our_number="web",
            started_at=now,
            finished_at=now,
        )
        text = InboundText.objects.create(
            sid=f"SM{number}",
            lane=lane,
            user=user,
            number="x",
            our_number="web",
            body=said,
            received_at=now,
            turn=turn,
        )
        scene = conversations.enter(turn)
        start = time.perf_counter()
        with phrases.spoken_in("en"):
            commands.understand(scene, said)
        reading.append((time.perf_counter() - start) * 1e3)
        start = time.perf_counter()
        made = answering.answer(turn, [text])
        with transaction.atomic():
            made.settle()
        answer.append((time.perf_counter() - start) * 1e3)
    print(json.dumps([reading[WARM:], answer[WARM:]]))


def _p(spent: list[float], share: float) -> float:
    return sorted(spent)[int(len(spent) * share)]


if __name__ == "__main__":
    inside() if sys.argv[1:] == ["inside"] else main()
