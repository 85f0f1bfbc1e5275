"""The limit: a WSGI callable that proves, stores and enqueues, and nothing else."""

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import redis

PUBLIC_URL = os.environ["PUBLIC_URL"]
TOKEN = os.environ["TWILIO_AUTH_TOKEN"].encode()
# The text once, and every call as it came.
STORE = (
    "WITH call AS (INSERT INTO bare_journal (sid, form) VALUES (%(sid)s, %(form)s))"
    " INSERT INTO bare_inbox (sid, user_id, number, body)"
    " VALUES (%(sid)s, (SELECT user_id FROM user_phone_mappings"
    "                   WHERE e164 = %(number)s AND status = 'verified'),"
    "         %(number)s, %(body)s)"
    " ON CONFLICT (sid) DO NOTHING"
)
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
HEADERS = [("Content-Type", "text/xml"), ("Content-Length", str(len(TWIML)))]
_local = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    pairs = parse_qsl(body, keep_blank_values=True)
    message = PUBLIC_URL + environ["PATH_INFO"]
    message += "".join(name + value for name, value in sorted(pairs))
    mac = base64.b64encode(hmac.new(TOKEN, message.encode(), hashlib.sha1).digest())
    given = environ["HTTP_X_TWILIO_SIGNATURE"].encode()
    if not hmac.compare_digest(mac, given):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return [b""]
    form = dict(pairs)
    database, queue = _connections()
    values = {"sid": form["MessageSid"], "number": form["From"], "body": form["Body"]}
    database.execute(STORE, {**values, "form": body}, prepare=True)
    queue.lpush("bare", form["MessageSid"])
    start_response("200 OK", HEADERS)
    return [TWIML]


def _connections() -> tuple["psycopg.Connection[Any]", "redis.Redis"]:
    if not hasattr(_local, "database"):
        _local.database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        _local.queue = redis.Redis.from_url(os.environ["REDIS_URL"])
    return _local.database, _local.queue
