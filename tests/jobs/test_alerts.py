"""What is the matter is told once to whoever has to know, and again when it is over."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.core import heartbeats
from apps.core.errors import Conflict
from apps.core.kinds import Queue
from apps.core.models import Heartbeat
from apps.core.redis import connection as redis
from apps.jobs import (
    alarms,
    alertmanager,
    checks,
    jobs,
    rules,
    runner,
    sightings,
    telling,
    watch,
)
from apps.jobs.models import Alert, AlertNews, Job, RuleSetting, Telling
from apps.jobs.sightings import Seen
from apps.rbac import roles
from apps.rbac.catalog import Permission
from apps.rbac.console import panel
from apps.sms.models import OutboundText
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.races import together
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/jobs/alert/"
RULES = "/admin/jobs/rulesetting/"
TOKEN = "a-token-of-the-alertmanager"


@pytest.fixture(autouse=True)
def _beat(transactional_db: None) -> None:
    """Is alive: one that never was is silent since the installation, and an alert."""
    heartbeats.beat(heartbeats.BEAT)


def trouble(count: int = 3) -> None:
    Effect.objects.bulk_create(Effect(name="x") for _ in range(count))


def open_alerts() -> dict[str, str]:
    return dict(Alert.objects.exclude(state="resolved").values_list("mark", "state"))


def tell() -> None:
    """All that waits to be told, as if the time for it had come."""
    while Job.objects.filter(queue="mail", state="waiting").exists():
        Telling.objects.update(at=F("at") - telling.HOUR)
        Job.objects.filter(state="waiting").update(due_at=timezone.now())
        runner.drain("mail")


def told(mark: str) -> list[str]:
    """What was to be told of an alert, by which channel."""
    news = AlertNews.objects.filter(alert__mark=mark)
    return sorted(f"{each.channel} {each.what}" for each in news)


def letters() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


def test_it_fires_is_told_once_and_told_again_when_it_is_over(ada: User) -> None:
    PhoneNumberFactory.create(user=ada, e164="+12025550199")
    EmailAddress.objects.create(
        user=ada, email="ada@example.com", primary=True, verified=True
    )
    trouble()
    for _ in range(3):
        watch.look()
        tell()
    assert open_alerts()["chores.many"] == "firing"
    assert letters() == ["Firing: Many chores"]
    assert "3 chores, more than 2" in str(mail.outbox[0].body)
    (text,) = OutboundText.objects.filter(user=ada)
    assert text.body == "Switchboard: Firing: Many chores: 3 chores, more than 2."
    Effect.objects.all().delete()
    for _ in range(2):
        watch.look()
        tell()
    assert open_alerts() == {}
    assert letters() == ["Firing: Many chores", "Resolved: Many chores"]
    # Anew is a new alert.
    ago(resolved_at=sightings.SAME_WITHIN)
    trouble()
    watch.look()
    assert Alert.objects.filter(mark="chores.many").count() == 2


def ago(**times: timedelta) -> None:
    """Move times of the alert to so long ago."""
    now = timezone.now()
    moved = {name: now - time for name, time in times.items()}
    Alert.objects.filter(mark="chores.many").update(**moved)


def test_what_comes_and_goes_is_one_alert_told_once(ada: User) -> None:
    PhoneNumberFactory.create(user=ada, e164="+12025550199")
    EmailAddress.objects.create(
        user=ada, email="ada@example.com", primary=True, verified=True
    )

    def comes() -> None:
        trouble()
        watch.look()
        tell()

    def goes() -> None:
        Effect.objects.all().delete()
        watch.look()
        tell()

    comes()
    for _ in range(3):
        goes()
        comes()
    told = ["Firing: Many chores", "Resolved: Many chores"]
    assert letters() == told
    assert Alert.objects.get(mark="chores.many").state == "firing"
    # It stays.
    ago(back_at=sightings.SAME_WITHIN)
    watch.look()
    watch.look()
    tell()
    assert letters() == [*told, told[0]]
    assert "more than 2. It came and went 3 times." in str(mail.outbox[-1].body)
    goes()
    assert letters() == told * 2
    assert OutboundText.objects.filter(user=ada).count() == 4
    # It keeps coming, and is told once an hour.
    for _ in range(3):
        comes()
        goes()
    comes()
    assert letters() == told * 2
    ago(quiet_since=alarms.FLAPPING_TOLD_EVERY)
    comes()
    comes()
    assert letters() == [*told * 2, told[0]]
    assert Alert.objects.filter(mark="chores.many").count() == 1


def test_what_has_to_last_is_pending_and_nobody_is_told() -> None:
    trouble()
    watch.look()
    assert open_alerts()["chores.long"] == "pending"
    assert not AlertNews.objects.filter(alert__mark="chores.long")
    Alert.objects.filter(mark="chores.long").update(
        began_at=timezone.now() - timedelta(hours=2)
    )
    watch.look()
    assert open_alerts()["chores.long"] == "firing"
    # One that was over before it fired is forgotten.
    Alert.objects.filter(mark="chores.long").update(state="pending")
    Effect.objects.all().delete()
    watch.look()
    assert not Alert.objects.filter(mark="chores.long").exists()


def test_many_who_look_at_once_make_one_alert_and_tell_it_once() -> None:
    trouble()
    start = threading.Barrier(6)

    def one() -> None:
        start.wait()
        watch.look()
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told("chores.many") == ["e-mail firing", "text firing"]


def test_who_acknowledged_is_known_and_it_is_not_told_anew(ada: User) -> None:
    trouble()
    watch.look()
    alert = Alert.objects.get(mark="chores.many")
    alarms.acknowledge(by=ada, alert=alert, words="I am at it")
    watch.look()
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", ada)
    with pytest.raises(Conflict):
        alarms.acknowledge(by=ada, alert=alert, words="I am at it")


def test_a_rule_that_cannot_be_measured_stops_no_other() -> None:
    Effect.objects.create(name="unmeasurable")
    jobs.enqueue(chores.go_wrong, "closed")
    runner.drain("default")
    watch.look()
    assert open_alerts() == {"jobs.dead_letters": "firing"}


def test_silence_stays_silence_when_redis_is_emptied() -> None:
    old = timezone.now() - timedelta(minutes=3)
    Heartbeat.objects.update(at=old)
    watch.look()
    assert open_alerts()["jobs.beat_silence"] == "firing"
    redis().flushdb()
    watch.look()
    assert open_alerts()["jobs.beat_silence"] == "firing"
    heartbeats.beat("beat")
    watch.look()
    assert open_alerts() == {}


def test_what_cannot_be_known_neither_fires_nor_ends() -> None:
    loud = Effect.objects.create(name="loud")
    watch.look()
    assert open_alerts()["chores.known"] == "firing"
    loud.delete()
    watch.look()
    assert open_alerts()["chores.known"] == "firing"
    Effect.objects.create(name="quiet")
    watch.look()
    assert "chores.known" not in open_alerts()


def test_an_alarm_does_not_wait_in_the_queue_that_it_is_about() -> None:
    hour = timezone.now() - timedelta(hours=1)
    jobs.enqueue(chores.quick, "late", at=hour)
    jobs.enqueue(chores.quick, "late", at=hour, queue=Queue.MAIL)
    for _ in range(2):
        watch.look()
        Alert.objects.update(began_at=hour)
    asked = Job.objects.filter(kind="jobs.gather_news_of_alerts")
    assert set(asked.values_list("queue", flat=True)) == {"mail", "messages"}
    # Not even where it is told together with others.
    runner.drain("mail")
    assert told("jobs.mail_lag") == ["e-mail firing", "text firing"]
    said = Job.objects.filter(kind="jobs.tell_of_alerts")
    assert set(said.values_list("queue", flat=True)) == {"messages"}


def test_operators_set_the_threshold_and_switch_a_rule_off(
    ada: User, recorded: Recorded
) -> None:
    client = signed_in(ada)
    row = RuleSetting.objects.get(rule="chores.many")
    page = f"{RULES}{row.pk}/change/"
    form = {"is_on": "on", "above": "5"}
    for wrong in ({"above": "-1"}, {"above": "nan"}):
        assert b"errorlist" in client.post(page, {**form, **wrong}).content
    assert client.post(page, form).status_code == 302
    trouble()
    watch.look()
    assert "chores.many" not in open_alerts()
    trouble()
    watch.look()
    assert open_alerts()["chores.many"] == "firing"
    tell()
    before = told("chores.many")
    assert client.post(page, {}).status_code == 302
    watch.look()
    # It is not over, so nobody is told that it is.
    assert told("chores.many") == before
    alert = Alert.objects.get(mark="chores.many")
    assert (alert.state, alert.ended, alert.ended_by) == ("resolved", "off", ada)
    (event,) = recorded("jobs.alert.close")
    assert (event.obj_id, event.reason) == (str(alert.pk), "rule_switched_off")
    assert "Its rule was switched off" in client.get(LIST).content.decode()
    # Switched on again it is another one, and told.
    client.post(page, {"is_on": "on"})
    watch.look()
    assert len(told("chores.many")) > len(before)


def test_every_rule_of_the_code_is_listed_with_its_bound(ada: User) -> None:
    client = signed_in(ada)
    RuleSetting.objects.create(rule="nobody.knows")
    watch.enter()
    watch.enter()
    assert set(RuleSetting.objects.values_list("rule", flat=True)) == set(rules.every())
    shown = " ".join(re.sub("<[^>]+>", " ", client.get(RULES).content.decode()).split())
    assert "Jobs fail for good 10 percent - ticket" in shown
    assert "The queue messages is late 30 seconds 30 seconds page" in shown
    changed = RuleSetting.objects.filter(rule="jobs.failures")
    changed.update(above=1)
    listed = client.get(RULES).content.decode().replace(' data-label="Changed"', "")
    assert listed.count('field-changed"><div>yes<') == 1
    assert listed.count('field-changed"><div>no<') == len(rules.every()) - 1
    page = client.get(f"{RULES}{changed[0].pk}/change/").content.decode()
    assert "In percent. Empty for what the code says, 10." in page
    assert "Jobs fail for good" in page
    assert client.get(f"{RULES}add/").status_code == 403


def test_a_rule_that_the_code_has_no_more_ends_its_alert() -> None:
    alarms.begin("product", [Seen("gone", "Old", "ticket", "Old")])
    watch.look()
    # A newer release beside this one may know it.
    assert open_alerts() == {"gone": "firing"}
    Alert.objects.update(seen_at=timezone.now() - watch.GONE_AFTER)
    watch.look()
    assert open_alerts() == {} and Alert.objects.get().ended == "gone"


def test_what_is_watched_of_the_background_work() -> None:
    found = rules.every()
    assert found["jobs.messages_lag"].measure() == 0.0
    jobs.enqueue(chores.quick, "late", at=timezone.now() - timedelta(minutes=2))
    assert 119 < (found["jobs.messages_lag"].measure() or 0) < 130
    assert found["jobs.failures"].measure() is None
    for how in ("closed",) * 3:
        jobs.enqueue(chores.go_wrong, how)
    for number in range(9):
        jobs.enqueue(chores.note, str(number))
    runner.drain("default")
    assert found["jobs.failures"].measure() == 25.0
    assert found["jobs.dead_letters"].measure() == 3.0
    Heartbeat.objects.all().delete()
    assert found["jobs.beat_silence"].measure() is not None
    heartbeats.beat("beat")
    assert (found["jobs.beat_silence"].measure() or 0) < 5


@pytest.fixture
def receiver() -> Iterator[list[Any]]:
    """A pager on loopback: what it was posted, and what it answers next."""
    state: list[Any] = [[], [200]]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state[0].append({k: v[0] for k, v in parse_qs(body).items()})
            status = state[1].pop(0) if len(state[1]) > 1 else state[1][0]
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    state.append(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_is_posted_to_a_webhook_and_tried_again(
    receiver: list[Any], settings: Settings
) -> None:
    settings.ALERT_WEBHOOK_URL, receiver[1][:] = receiver[2], [503, 200]
    trouble()
    watch.look()
    for _ in range(2):
        runner.drain("mail")
    assert len(receiver[0]) == 1
    tell()
    assert len(receiver[0]) == 2
    assert (
        receiver[0][1]["state"] == "firing" and receiver[0][1]["mark"] == "chores.many"
    )
    assert not Job.objects.filter(kind="jobs.tell_of_alerts").exclude(state="done")


def post(body: Any, *, token: str = TOKEN) -> int:
    return (
        Client()
        .post(
            "/webhooks/alerts/",
            body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        .status_code
    )


def prometheus(status: str, **labels: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": "DiskFull", "severity": "page", **labels},
        "annotations": {"summary": "The disk of db is nearly full."},
    }


def test_prometheus_alerts_stand_in_the_same_list(settings: Settings) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    for _ in range(2):
        both = [prometheus("firing", host="a"), prometheus("firing", host="b")]
        assert post({"alerts": both}) == 204
    found = Alert.objects.filter(source="prometheus")
    assert [(a.state, a.title, a.severity) for a in found] == [
        ("firing", "DiskFull", "page")
    ] * 2
    assert found[0].words == "The disk of db is nearly full."
    assert post({"alerts": [prometheus("resolved", host="a")]}) == 204
    assert sorted(a.state for a in found.all()) == ["firing", "resolved"]


def test_what_is_not_repeated_ends_without_a_word(
    ada: User, settings: Settings, receiver: list[Any]
) -> None:
    settings.ALERTMANAGER_TOKEN, settings.ALERT_WEBHOOK_URL = TOKEN, receiver[2]
    now = timezone.now()
    ends = {
        "said": (now + timedelta(hours=1)).isoformat(),
        "nothing": "0001-01-01T00:00:00Z",
        "past": (now - timedelta(hours=1)).isoformat(),
        "odd": "9999-12-31T23:59:59-12:00",
        "words": "soon",
    }
    alerts = [
        {**prometheus("firing", host=host), "endsAt": end} for host, end in ends.items()
    ]
    assert post({"alerts": [*alerts, prometheus("firing")]}) == 204
    repeated = 4 * timedelta(seconds=settings.ALERTMANAGER_REPEAT_SECONDS)
    first, *others = Alert.objects.order_by("id")
    assert first.ends_at == now + timedelta(hours=1)
    for alert in others:
        assert alert.ends_at and abs(alert.ends_at - now - repeated) < repeated / 100
    watch.look()
    assert set(open_alerts().values()) == {"firing"}
    tell()
    Alert.objects.filter(pk=first.pk).update(ends_at=now)
    watch.look()
    first.refresh_from_db()
    assert (first.state, first.ended) == ("resolved", "unseen")
    assert "firing" in open_alerts().values()
    tell()
    (ended,) = [each for each in receiver[0] if each["state"] == "resolved"]
    assert (
        ended["text"]
        == "Ended without a word: DiskFull: The disk of db is nearly full."
    )


def test_an_operator_closes_what_came_from_outside(
    ada: User, settings: Settings, recorded: Recorded
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    assert post({"alerts": [prometheus("firing")]}) == 204
    trouble()
    watch.look()
    alert = Alert.objects.get(source="prometheus")
    own = Alert.objects.get(mark="chores.many")
    form = {
        "action": "close",
        "_selected_action": [alert.pk, own.pk],
        "confirm": "yes",
        "reason": "That machine is sold",
    }
    said = signed_in(ada).post(LIST, form, follow=True).content.decode()
    assert "You closed " in said and "It ends when it is over." in said
    alert.refresh_from_db()
    assert (alert.state, alert.ended, alert.ended_by) == ("resolved", "closed", ada)
    done = [e for e in recorded("jobs.alert.close") if e.outcome == "done"]
    assert [e.obj_id for e in done] == [str(alert.pk)]


def test_who_has_no_token_posts_no_alert(settings: Settings) -> None:
    assert post({"alerts": []}) == 404
    settings.ALERTMANAGER_TOKEN = TOKEN
    assert post({"alerts": [prometheus("firing")]}, token="x") == 401
    assert post({"alerts": [prometheus("firing")]}, token="") == 401
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"alerts": 1}',
        b'{"alerts": [{}]}',
        b'{"alerts": [{"labels": 1, "status": "firing"}]}',
        b'{"alerts": [{"labels": {"a": 1}, "status": "firing"}]}',
        b'{"alerts": [{"labels": {}, "status": "odd"}]}',
        b"[" * 100_000,
        b"\xff",
    ],
    ids=range(10),
)
def test_what_alertmanager_does_not_send_is_refused(
    settings: Settings, body: bytes
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    assert post(body) == 400
    assert not Alert.objects.exists()


def test_a_malformed_alert_does_not_take_good_ones_along(settings: Settings) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    odd: list[Any] = [{}, 7, {**prometheus("firing"), "labels": {"alertname": 1}}]
    good = prometheus("firing", severity="critical")
    with capture_logs() as lines:
        assert post({"alerts": [odd[0], good, *odd[1:]]}) == 200
    assert Alert.objects.get().title == "DiskFull"
    (line,) = [each for each in lines if each["event"] == "alerts_left_out"]
    assert line["positions"] == [1, 3, 4]
    assert post({"alerts": odd}) == 400


def test_what_prometheus_calls_critical_gets_somebody_out_of_bed(
    ada: User, settings: Settings
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    PhoneNumberFactory.create(user=ada, e164="+12025550199")
    assert post({"alerts": [prometheus("firing", severity="warning")]}) == 204
    tell()
    assert not OutboundText.objects.exists()
    assert post({"alerts": [prometheus("firing", severity="critical")]}) == 204
    tell()
    assert OutboundText.objects.filter(user=ada).count() == 1


def test_odd_words_are_kept(settings: Settings) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    odd = prometheus("firing", alertname="a\0b" * 200, note="\ud800")
    assert post({"alerts": [odd]}) == 204
    assert Alert.objects.get().title.startswith("ab")


def test_the_day_on_which_everything_fires_is_listed(settings: Settings) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    many = [
        {
            **prometheus("firing", instance=f"node{number}"),
            "annotations": {"summary": f"node{number} is down", "x": "y" * 1_000},
        }
        for number in range(3_000)
    ]
    # More than Django takes of a form, too.
    assert 3_000_000 < len(json.dumps({"alerts": many})) < alertmanager.MAX_BYTES
    for _ in range(2):
        assert post({"alerts": many}) == 204
    assert Alert.objects.filter(state="firing").count() == 3_000
    assert Alert.objects.filter(words="node7 is down").count() == 1
    assert post({"alerts": [{**each, "status": "resolved"} for each in many]}) == 204
    assert not open_alerts()
    # All of them come back.
    assert post({"alerts": many}) == 204
    assert Alert.objects.filter(state="firing", came_back=1).count() == 3_000


def test_of_a_post_that_is_too_much_somebody_is_told(
    ada: User, settings: Settings
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    with capture_logs() as lines:
        assert post(b"x" * (alertmanager.MAX_BYTES + 1)) == 413
    assert [each for each in lines if each["event"] == "alerts_refused"]
    alert = Alert.objects.get()
    assert (alert.mark, alert.severity, alert.state) == (
        alertmanager.MISSING,
        "page",
        "firing",
    )
    assert "too large" in alert.words and "max_alerts" in alert.words
    # It is no rule's, and stays all the same.
    Alert.objects.update(seen_at=timezone.now() - watch.GONE_AFTER)
    watch.look()
    assert alertmanager.MISSING in open_alerts()
    alarms.close(by=ada, alert=alert, words="max_alerts is set now")
    assert alertmanager.MISSING not in open_alerts()
    # Nobody without the token has anybody told.
    assert post(b"x" * (alertmanager.MAX_BYTES + 1), token="x") == 401
    assert not open_alerts()


def test_what_is_left_out_of_a_post_for_its_number_is_said(settings: Settings) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    one = prometheus("firing")
    assert post({"alerts": [one], "truncatedAlerts": 12}) == 200
    assert "12 of a post" in Alert.objects.get(mark=alertmanager.MISSING).words
    assert Alert.objects.filter(title="DiskFull").exists()
    most = alertmanager.MOST_ALERTS
    many = [prometheus("firing", host=str(number)) for number in range(most + 3)]
    assert post({"alerts": many}) == 200
    assert "3 of a post" in Alert.objects.get(mark=alertmanager.MISSING).words
    assert Alert.objects.filter(source="prometheus").count() == most + 1
    # What is odd there is nothing of ours.
    for odd in (0, -1, "5", True, None):
        assert post({"alerts": [one], "truncatedAlerts": odd}) == 204


def test_posts_at_once_make_one_alert_of_each(settings: Settings) -> None:
    """Two Alertmanagers of a cluster tell the same, each in its own order."""
    settings.ALERTMANAGER_TOKEN = TOKEN
    alerts = [prometheus("firing", host=str(number)) for number in range(50)]
    orders = iter([alerts, alerts[::-1]] * 3)
    assert together(6, lambda: post({"alerts": next(orders)})) == [204] * 6
    assert Alert.objects.filter(state="firing").count() == 50


def storm(status: str, count: int = 60, **more: str) -> None:
    labels = [
        {"alertname": "NodeDown", "instance": str(n), **more} for n in range(count)
    ]
    assert post({"alerts": [prometheus(status, **each) for each in labels]}) == 204


@pytest.fixture
def pager(ada: User, settings: Settings, receiver: list[Any]) -> list[Any]:
    """Ada is reached by text and by letter, a machine by its webhook."""
    settings.ALERTMANAGER_TOKEN, settings.ALERT_WEBHOOK_URL = TOKEN, receiver[2]
    PhoneNumberFactory.create(user=ada, e164="+12025550199")
    EmailAddress.objects.create(
        user=ada, email="ada@example.com", primary=True, verified=True
    )
    posted: list[Any] = receiver[0]
    return posted


def texts() -> list[str]:
    return list(OutboundText.objects.order_by("id").values_list("body", flat=True))


def test_a_storm_is_one_text_one_letter_and_one_post(
    pager: list[Any], settings: Settings
) -> None:
    storm("firing")
    while runner.drain("mail"):
        continue
    page = f"{settings.PUBLIC_URL}/admin/jobs/alert/"
    assert texts() == [f"Switchboard: Firing: 60 alerts: 60 NodeDown. {page}"]
    assert letters() == ["Firing: 60 alerts"]
    body = str(mail.outbox[0].body)
    assert body.count("Firing: NodeDown: The disk of db is nearly full.") == 60
    (posted,) = pager
    assert (posted["state"], posted["count"]) == ("firing", "60")
    listed = json.loads(posted["alerts"])
    assert len({each["mark"] for each in listed}) == 60
    assert "mark" not in posted
    # Each stays a row of its own.
    assert Alert.objects.filter(state="firing").count() == 60
    # Over within the minute: it is told when that is over, together with what is new.
    storm("resolved", 58)
    assert post({"alerts": [prometheus("firing")]}) == 204
    runner.drain("mail")
    assert (len(texts()), len(letters()), len(pager)) == (1, 1, 1)
    tell()
    assert letters()[1:] == ["Firing: 1 alert, resolved: 58 alerts"]
    assert texts()[1:] == [
        "Switchboard: Firing: 1 alert: 1 DiskFull. "
        f"Resolved: 58 alerts: 58 NodeDown. {page}"
    ]
    assert len(pager) == 2


def test_of_one_alert_the_latest_is_told(pager: list[Any]) -> None:
    storm("firing", 1)
    tell()
    Telling.objects.update(at=timezone.now())
    storm("firing", 3)
    storm("resolved", 3)
    tell()
    assert letters() == ["Firing: NodeDown", "Resolved: 3 alerts"]
    assert pager[1]["state"] == "resolved"


def test_a_group_that_comes_and_goes_is_told_once_it_stays(pager: list[Any]) -> None:
    for _ in range(4):
        storm("firing", 5)
        tell()
        storm("resolved", 5)
        tell()
    told = ["Firing: 5 alerts", "Resolved: 5 alerts"]
    assert letters() == told and len(texts()) == len(pager) == 2
    storm("firing", 5)
    Alert.objects.update(back_at=timezone.now() - sightings.SAME_WITHIN)
    storm("firing", 5)
    tell()
    assert letters() == [*told, told[0]]
    assert str(mail.outbox[-1].body).count("It came and went 4 times.") == 5
    assert Alert.objects.count() == 5


def test_what_can_wait_wakes_nobody_and_delays_nobody(pager: list[Any]) -> None:
    storm("firing", 5, severity="warning")
    assert post({"alerts": [prometheus("firing")]}) == 204
    runner.drain("mail")
    assert texts() == ["Switchboard: Firing: DiskFull: The disk of db is nearly full."]
    (subject,) = letters()
    assert subject == "Firing: 6 alerts"
    lines = str(mail.outbox[0].body).splitlines()
    assert next(each for each in lines if "nearly full" in each).count("DiskFull")


def test_texts_are_counted_by_the_hour_and_then_one_says_there_is_more(
    pager: list[Any],
) -> None:
    def minute(number: int) -> None:
        """The next one: one alert more."""
        Telling.objects.update(at=F("at") - telling.TOGETHER)
        storm("firing", number + 1)
        Job.objects.filter(state="waiting").update(due_at=timezone.now())
        while runner.drain("mail"):
            continue

    for number in range(telling.MOST_AN_HOUR + 5):
        minute(number)
    assert len(texts()) == telling.MOST_AN_HOUR + 1
    assert "no more texts about them until" in texts()[-1]
    # Letters and the webhook go on.
    assert len(letters()) == len(pager) == telling.MOST_AN_HOUR + 5
    tell()
    assert len(texts()) == telling.MOST_AN_HOUR + 2
    assert "5 alerts: 5 NodeDown" in texts()[-1]


def test_a_clock_that_is_set_back_keeps_nobody_waiting(pager: list[Any]) -> None:
    storm("firing", 1)
    runner.drain("mail")
    Telling.objects.update(at=timezone.now() + timedelta(hours=5))
    storm("firing", 2)
    runner.drain("mail")
    assert len(texts()) == 2


def test_workers_who_tell_at_once_tell_each_alert_once(pager: list[Any]) -> None:
    for number in range(8):
        storm("firing", number + 1)
    together(4, lambda: runner.drain("mail"))
    channels = Telling.objects.values_list("channel", flat=True)
    assert sorted(channels) == ["e-mail", "text", "webhook"]
    assert len(texts()) == len(letters()) == len(pager) == 1
    assert not AlertNews.objects.filter(telling=None).exists()
    assert AlertNews.objects.count() == 3 * 8


def test_the_console_has_them_all_and_acknowledges(ada: User) -> None:
    trouble()
    watch.look()
    alert = Alert.objects.get(mark="chores.many")
    client = signed_in(ada)
    assert "Alert: Many chores: 3 chores" in client.get("/admin/").content.decode()
    form = {
        "action": "acknowledge",
        "_selected_action": [str(alert.pk)],
        "confirm": "yes",
        "reason": "I am at it",
    }
    said = client.post("/admin/jobs/alert/", form, follow=True).content.decode()
    assert "You acknowledged Many chores: 3 chores" in said
    page = client.get(f"/admin/jobs/alert/{alert.pk}/change/").content.decode()
    assert "ada@example.com" in page and "Acknowledged" in page


def test_alerts_of_one_name_can_be_told_apart_and_found(
    ada: User, settings: Settings
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    nodes = [
        {
            "status": "firing",
            "labels": {"alertname": "NodeDown", "severity": severity, "node": node},
            "annotations": {"summary": f"{node} is\ndown"} if node != "n3" else {},
        }
        for node, severity in (("n1", "critical"), ("n2", "warning"), ("n3", "info"))
    ]
    assert post({"alerts": nodes}) == 204
    client = signed_in(ada)
    listed = client.get(LIST).content.decode()
    for words in ("n1 is down", "n2 is down", "node n3"):
        assert f"NodeDown: {words}" in listed
    marks = dict(Alert.objects.values_list("severity", "mark"))
    for query in (
        "q=n2+is",
        "q=nodedown+n2",
        f"q={marks['warning'][9:]}",
        "severity=warning",
    ):
        found = client.get(f"{LIST}?{query}").content.decode()
        assert "n2 is down" in found and "n1 is down" not in found
    chosen = list(Alert.objects.values_list("pk", flat=True))
    for action in ("acknowledge", "close"):
        asked = client.post(LIST, {"action": action, "_selected_action": chosen})
        assert "<li>NodeDown: n1 is down</li>" in asked.content.decode()
    # Also for who sees no addresses: there are none here.
    may = [Permission.CONSOLE_ENTER, Permission.ALERT_VIEW]
    roles.create(by=ada, slug="looker", name="Looker", permissions=may)
    found = signed_in(person("looker")).get(f"{LIST}?q=n2").content.decode()
    assert "n2 is down" in found and "Words of its name" in found


def test_the_front_page_names_ours_first_then_the_worst_and_how_many_more(
    ada: User, settings: Settings
) -> None:
    settings.ALERTMANAGER_TOKEN = TOKEN
    hosts = [("a", "critical"), *((host, "warning") for host in "bcdefg")]
    firing = [prometheus("firing", host=h, severity=s) for h, s in hosts]
    Effect.objects.create(name="unmeasurable")
    jobs.enqueue(chores.go_wrong, "closed")
    runner.drain("default")
    watch.look()
    assert post({"alerts": firing}) == 204
    notices = [n.text for n in panel.read(ada).notices if "lert" in n.text]
    assert notices[0] == "Alert: Dead letters wait for a decision: 1 job, more than 0."
    assert notices[1] == "Alert: DiskFull: The disk of db is nearly full."
    assert len(notices) == 6 and notices[5] == "3 more alerts fire."
    first = Alert.objects.get(severity="critical")
    page = signed_in(ada).get("/admin/").content.decode()
    assert page.index(f"/alert/{first.pk}/") < page.index("state__exact=firing")


@pytest.mark.parametrize("name", ["apps.accounts.nobody.tell", "", "apps.rbac.audit"])
def test_a_channel_that_is_not_there_is_said_at_start(
    settings: Settings, name: str
) -> None:
    assert checks.channels() == []
    settings.ALERT_CHANNELS = {**settings.ALERT_CHANNELS, "pigeon": name}
    (found,) = checks.channels()
    assert found.id == "jobs.E002" and "pigeon" in found.msg
