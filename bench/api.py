"""What a front-end reads most, beside stock REST framework and simplejwt.

A person with REMINDERS open reminders and MESSAGES texts and answers, among as many rows
of others, reads a page of them, and one of them with what belongs to it. Each of these
answers in a process and a database of its own:

- the product, with all that it does for a request on a server;
- a stock site (bench/stock): what `startproject` writes, simplejwt, a ModelViewSet for
  each table, pages by number. The same rows with the same fields; what the product works
  out for each answer is kept there in columns, what belongs to a row is fetched ahead.
  Its connection is kept, like ours;
- the limit: the token is checked, one statement, JSON.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.identity import our_pair, our_person, stock_pair
from bench.sites import Ask, Server, answer, asked, built, compare, said, show
from bench.webhook import FULL
from config.embedded import servers

ROUNDS = 8 if FULL else 6
REQUESTS = 300 if FULL else 150  # a round
REMINDERS, MESSAGES, OTHERS = 200, 2_000, 50
PAGE = 40
ZONE, NUMBER = "America/New_York", "+12025550101"
BEGAN = datetime(2026, 12, 1, 14, tzinfo=UTC)
# How many times the stock site's time and CPU, and the limit's, at most; and queries.
# Ours besides: a pace that is counted, a sign-in that may have ended meanwhile, the
# request on record, metrics, a version of each row, segments, and words of when.
STOCK, LIMIT = 1.0, 15.0
BUDGETS = {"reminders": 2, "a reminder": 2, "messages": 2, "a message": 4}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            ours, stock = built(urls, Path(folder))
            places = {"Switchboard": ours, "stock": stock, "limit": stock}
            print(f"\nThe API; pages of {PAGE}; medians of {ROUNDS} rounds (spread)\n")
            for kind, most in BUDGETS.items():
                sites = asked("bench.api", kind, places, ROUNDS, REQUESTS)
                show(kind, sites)
                compare(sites["Switchboard"], sites["stock"], STOCK, "stock")
                compare(sites["Switchboard"], sites["limit"], LIMIT, "the limit")
                said(f"queries of {kind}", sites["Switchboard"].work["queries"], most)
                print()


# In a site's own process.


def _ours(path: str, count: Callable[[Any], int]) -> Ask:
    token, get = _our_token(), Server()
    # The first is from before the rows were there.
    path = path.format(**_our_ids())
    return _asking(lambda: get(path, token=token), count)


def _stock(path: str, count: Callable[[Any], int]) -> Ask:
    token, get = _stock_token(), Server()
    path = path.format(**_stock_ids())
    return _asking(lambda: get(path, token=token), count)


def _limit(sql: str, count: Callable[[Any], int]) -> Ask:
    token, get = _stock_token(), Server(_bare(sql.format(**_stock_ids())))
    return _asking(lambda: get("/", token=token), count)


def _asking(get: Callable[[], Any], count: Callable[[Any], int]) -> Ask:
    def ask() -> None:
        if not count(get()):
            raise SystemExit("another answer")

    return ask


def _bare(sql: str) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """What no server of JSON can leave out."""
    import jwt
    from django.conf import settings
    from django.db import connection

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
        known = jwt.decode(token, settings.SECRET_KEY, ["HS256"])
        with connection.cursor() as cursor:
            cursor.execute(sql, [int(known["user_id"])])
            names = [each.name for each in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"results": rows}, default=str).encode()]

    return application


def _our_token() -> str:
    from django.db import transaction

    from apps.assistant.models import Reminder

    own = our_person()
    if not Reminder.objects.exists():
        with transaction.atomic():
            _fill(own)
    return str(our_pair()["access_token"])


def _fill(own: Any) -> None:
    from apps.accounts.models import User
    from apps.assistant.models import Reminder, ToolCall
    from apps.sms import lanes
    from apps.sms.models import InboundText, OutboundText, Turn

    others = User.objects.bulk_create(
        User(email=f"{n}@bench", email_canonical=f"{n}@bench") for n in range(OTHERS)
    )
    for user in (own, *others):
        Reminder.objects.bulk_create(
            Reminder(user=user, text=text, due_at=due_at, zone=ZONE)
            for text, due_at in _reminders()
        )
        lane = lanes.lock_person(user)
        turns = Turn.objects.bulk_create(
            Turn(lane=lane, user=user, started_at=at, finished_at=at)
            for _, at in _texts()
        )
        came, sent = [], []
        for turn, (n, at) in zip(turns, _texts(), strict=True):
            came.append(
                InboundText(
                    sid=f"SM{user.pk:08}{n:024}",
                    lane=lane,
                    user=user,
                    number=NUMBER,
                    our_number="+12025550100",
                    body=f"remind me to call Ana {n} tomorrow at 9",
                    received_at=at,
                    turn=turn,
                )
            )
            sent.append(
                OutboundText(
                    lane=lane,
                    user=user,
                    number=NUMBER,
                    our_number="+12025550100",
                    body=f"OK, I'll remind you to call Ana {n} tomorrow at 9 AM.",
                    created_at=at,
                    turn=turn,
                    kind="reply",
                    state="sent",
                    segments=1,
                    delivery="delivered",
                )
            )
        InboundText.objects.bulk_create(came)
        OutboundText.objects.bulk_create(sent)
        ToolCall.objects.bulk_create(
            ToolCall(
                turn=turn,
                user=user,
                key="1:0",
                tool="reminders.create",
                risk="write",
                state="done",
                receipt=f"call Ana {n}",
                created_at=at,
            )
            for turn, (n, at) in zip(turns, _texts(), strict=True)
        )


def _our_ids() -> dict[str, Any]:
    from apps.assistant.models import Reminder
    from apps.sms import threads
    from apps.sms.models import InboundText

    own = our_person()
    reminder = Reminder.objects.filter(user=own).earliest("due_at")
    message = InboundText.objects.filter(user=own).latest("pk")
    return {"reminder": reminder.public_id, "message": threads.id_of("in", message.pk)}


def _stock_token() -> str:
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from bench.stock.models import Reminder

    token = stock_pair()["access"]
    with transaction.atomic(), connection.cursor() as cursor:
        # The limit has the same rows, and begins at the same time.
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
        if not Reminder.objects.exists():
            _fill_stock(User.objects.get(username="alice"))
    return token


def _fill_stock(own: Any) -> None:
    from django.contrib.auth.models import User

    from bench.stock.models import Deed, Message, Reminder

    others = User.objects.bulk_create(User(username=str(n)) for n in range(OTHERS))
    for user in (own, *others):
        Reminder.objects.bulk_create(
            Reminder(
                user=user,
                text=text,
                due_at=due_at,
                when="tomorrow at 9 AM",
                zone=ZONE,
                state="active",
            )
            for text, due_at in _reminders()
        )
        said, answers = [], []
        for n, at in _texts():
            reply = f"OK, I'll remind you to call Ana {n} tomorrow at 9 AM."
            answer = Message(
                direction="out", body=reply, state="Delivered", kind="reply"
            )
            words = f"remind me to call Ana {n} tomorrow at 9"
            asked = Message(direction="in", body=words, state="Received", kind="text")
            for each in (answer, asked):
                each.user, each.at, each.turn = user, at, n
                each.number, each.segments = NUMBER, 1
            asked.answer = answer
            said.append(asked)
            answers.append(answer)
        Message.objects.bulk_create(answers)
        Message.objects.bulk_create(said)
        Deed.objects.bulk_create(
            Deed(message=each, title="Set a reminder", receipt=f"call Ana {each.turn}")
            for each in said
        )


def _stock_ids() -> dict[str, Any]:
    from bench.stock.models import Message, Reminder

    reminder = Reminder.objects.filter(user__username="alice").earliest("due_at")
    messages = Message.objects.filter(user__username="alice", direction="in")
    message = messages.latest("at")
    return {"reminder": reminder.pk, "message": message.pk}


def _reminders() -> Iterable[tuple[str, datetime]]:
    for n in range(REMINDERS):
        yield f"call Ana about {n}", BEGAN + timedelta(days=365, hours=n)


def _texts() -> Iterable[tuple[int, datetime]]:
    for n in range(MESSAGES // 2):
        yield n, BEGAN - timedelta(minutes=10 * (MESSAGES - n))


def _whole(found: Any) -> bool:
    return len(found["results"]) == PAGE


def _one(found: Any) -> bool:
    return bool(found.get("id") or len(found["results"]) == 1)


_LIMIT_REMINDERS = (
    'SELECT id, text, due_at, "when", rule, zone, state, series_id, snoozes, note,'
    " held_until, created_at FROM stock_reminder WHERE user_id = %s"
)
_LIMIT_MESSAGES = (
    "SELECT id, direction, body, at, turn, state, next_step, kind, number, segments"
    " FROM stock_message WHERE user_id = %s"
)
ASKS: dict[str, Callable[[], Ask]] = {
    "reminders, Switchboard": lambda: _ours(f"/api/v1/reminders?limit={PAGE}", _whole),
    "reminders, stock": lambda: _stock("/api/reminders/", _whole),
    "reminders, limit": lambda: _limit(
        f"{_LIMIT_REMINDERS} AND state = 'active' ORDER BY due_at LIMIT {PAGE}", _whole
    ),
    "a reminder, Switchboard": lambda: _ours("/api/v1/reminders/{reminder}", _one),
    "a reminder, stock": lambda: _stock("/api/reminders/{reminder}/", _one),
    "a reminder, limit": lambda: _limit(
        f"{_LIMIT_REMINDERS} AND id = '{{reminder}}'", _one
    ),
    "messages, Switchboard": lambda: _ours(f"/api/v1/messages?limit={PAGE}", _whole),
    "messages, stock": lambda: _stock("/api/messages/", _whole),
    "messages, limit": lambda: _limit(
        f"{_LIMIT_MESSAGES} ORDER BY at DESC LIMIT {PAGE}", _whole
    ),
    "a message, Switchboard": lambda: _ours("/api/v1/messages/{message}", _one),
    "a message, stock": lambda: _stock("/api/messages/{message}/", _one),
    "a message, limit": lambda: _limit(f"{_LIMIT_MESSAGES} AND id = {{message}}", _one),
}

if __name__ == "__main__":
    if sys.argv[1:]:
        answer(ASKS[sys.argv[1]])
    else:
        main()
