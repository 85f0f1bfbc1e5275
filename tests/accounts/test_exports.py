"""Somebody takes away what is kept of them, and nobody else's."""

import csv
import io
import json
import re
import tracemalloc
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts import archive, exports, guessing
from apps.accounts.models import DataExport, ExportPart, User
from apps.assistant.models import Reminder
from apps.core import dossier, languages
from apps.core.errors import Conflict, NotFound, TooMany
from apps.core.kinds import Queue
from apps.jobs import leases, progress, runner, sweeper
from apps.jobs.models import Job
from apps.mfa import passkeys_alone
from apps.portal import demo
from apps.rbac import person_keys, shares
from apps.sms.models import OutboundText
from tests.conftest import Recorded
from tests.jobs import workers
from tests.mfa.conftest import app_of
from tests.races import together
from tests.rbac.factories import ThingFactory
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, API = "/app/settings/data/", "/api/v1/me/export"


@pytest.fixture
def alice(transactional_db: None) -> User:
    demo.people()
    demo.history()
    mail.outbox.clear()
    return User.objects.get(email="alice@example.com")


@pytest.fixture
def bob(alice: User) -> User:
    return User.objects.get(email="bob@example.com")


def work() -> None:
    """What a worker for long work does until there is nothing left."""
    while (lease := leases.claim(Queue.BULK)) is not None:
        runner.run(lease)


def made(user: User) -> DataExport:
    export = exports.ask(user=user)
    work()
    found = DataExport.objects.get(pk=export.pk)
    assert found.is_ready, found.state
    return found


def opened(answer: Any) -> ZipFile:
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer["Content-Length"])
    return ZipFile(io.BytesIO(content))


def fetched(user: User) -> ZipFile:
    export = made(user)
    return opened(signed_in(user).get(f"{PAGE}{export.public_id}/"))


def table(file: ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read(f"{name}.json"))
    return found


def test_from_the_button_to_the_file(alice: User) -> None:
    client = signed_in(alice)
    client.post(f"{PAGE}export/")
    assert "Waiting for its turn" in client.get(PAGE).content.decode()
    work()
    page = client.get(PAGE).content.decode()
    [link] = re.findall(rf'href="({PAGE}[0-9a-f-]+/)"', page)
    answer = client.get(link)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    with opened(answer) as file:
        assert file.testzip() is None
        texts = [row["text"] for row in table(file, "texts-from-you")]
        assert "remind me to call Ana in two days at 9" in texts
        assert table(file, "profile")[0]["email"] == "alice@example.com"
        assert table(file, "phones")[0]["number"] == "+12025550101"


def test_a_letter_tells_when_it_is_ready_and_until_when(alice: User) -> None:
    made(alice)
    [letter] = mail.outbox
    assert (letter.subject, letter.to) == (
        "Your Switchboard data is ready",
        [alice.email],
    )
    assert "https://switchboard.example/app/settings/data/" in str(letter.body)


def test_each_table_is_there_twice_and_the_readme_names_it(alice: User) -> None:
    with fetched(alice) as file:
        readme = file.read("README.txt").decode()
        for kept in dossier.handed_out():
            rows = table(file, kept.name)
            lines = list(
                csv.DictReader(io.StringIO(file.read(f"{kept.name}.csv").decode()))
            )
            assert len(rows) == len(lines), kept.name
            assert all(list(row) == list(kept.columns) for row in rows)
            assert kept.name in readme


def test_nothing_of_anybody_else_is_in_it(alice: User, bob: User) -> None:
    Reminder.objects.create(
        user=bob, text="bobs-own-secret", due_at=timezone.now(), zone="UTC"
    )
    thing = ThingFactory.create(user=bob, name="bobs-shared-thing")
    shares.share(by=bob, obj=thing, user=alice, level="view")
    with fetched(alice) as file:
        whole = b"".join(file.read(name) for name in file.namelist()).decode()
    for words in ("bob", "+12025550102", "Charlie", "+12025550103"):
        assert words not in whole, words


def test_no_secret_is_in_it(alice: User) -> None:
    device = app_of(alice)
    alice.refresh_from_db()
    with fetched(alice) as file:
        whole = b"".join(file.read(name) for name in file.namelist()).decode()
    for secret in (device.key, device.sealed, alice.password, str(alice.password_mark)):
        assert secret not in whole


def test_it_says_since_when_no_passkey_is_enough(alice: User) -> None:
    passkeys_alone.begin_anew(alice)
    with fetched(alice) as file:
        [row] = table(file, "second-factors")
    assert row["passkeys_alone_from"]


def test_letters_that_anybody_can_cause_are_in_it_too(alice: User) -> None:
    Client().post("/accounts/password/reset/", {"email": alice.email})
    with fetched(alice) as file:
        assert "password_reset_key" in [row["letter"] for row in table(file, "letters")]


@pytest.mark.parametrize("sign", "=＝@")
def test_a_cell_is_no_formula_and_json_has_it_as_it_is(alice: User, sign: str) -> None:
    words = f'{sign}HYPERLINK("http://evil.example")'
    Reminder.objects.create(user=alice, text=words, due_at=timezone.now(), zone="UTC")
    with fetched(alice) as file:
        assert words in [row["text"] for row in table(file, "reminders")]
        lines = csv.DictReader(io.StringIO(file.read("reminders.csv").decode()))
        assert f"'{words}" in [line["text"] for line in lines]


def test_the_api_does_the_same(alice: User) -> None:
    client = signed_in(alice)
    asked = client.post(API, {}, "application/json")
    assert asked.status_code == 202
    found = asked.json()
    assert (found["state"], found["percent"], found["size"]) == ("making", None, 0)
    one = f"{API}/{found['id']}"
    early = client.get(f"{one}/file")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    work()
    ready = client.get(one).json()
    assert ready["state"] == "ready" and ready["size"] > 1_000
    # How far it was is over.
    assert ready["words"] == ""
    assert client.get(API).json()["results"] == [ready]
    with opened(client.get(f"{one}/file")) as file:
        assert table(file, "profile")[0]["email"] == alice.email
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    assert not ExportPart.objects.exists()


def test_another_persons_export_is_not_there(alice: User, bob: User) -> None:
    export, other = made(alice), signed_in(bob)
    for path in (f"{PAGE}{export.public_id}/", f"{API}/{export.public_id}/file"):
        assert other.get(path).status_code == 404
    assert other.post(f"{PAGE}{export.public_id}/drop/").status_code == 404
    assert other.delete(f"{API}/{export.public_id}").status_code == 404
    assert Client().get(f"{PAGE}{export.public_id}/").status_code == 302
    assert DataExport.objects.filter(pk=export.pk).exists()


def test_asking_and_fetching_want_a_fresh_proof(alice: User) -> None:
    export = made(alice)
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        client = signed_in(alice)
    for answer in (
        client.post(f"{PAGE}export/"),
        client.get(f"{PAGE}{export.public_id}/"),
    ):
        assert answer["Location"].startswith("/accounts/")
    for answer in (
        client.post(API, {}, "application/json"),
        client.get(f"{API}/{export.public_id}/file"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    assert client.get(PAGE).status_code == 200
    assert DataExport.objects.count() == 1


def test_one_at_a_time_and_three_a_day(alice: User) -> None:
    first = exports.ask(user=alice)
    for _ in range(guessing.EXPORTS.times):
        with pytest.raises(Conflict):
            exports.ask(user=alice)
    exports.drop(export=first)
    made(alice)
    made(alice)
    with pytest.raises(TooMany):
        exports.ask(user=alice)


def test_of_many_who_ask_at_once_one_gets_it(alice: User) -> None:
    def ask() -> bool:
        try:
            exports.ask(user=alice)
        except (Conflict, TooMany):
            return False
        return True

    assert together(4, ask).count(True) == 1
    assert (
        DataExport.objects.count()
        == Job.objects.filter(key="", kind="accounts.export").count()
        == 1
    )


def test_after_a_week_it_is_gone(alice: User) -> None:
    export = made(alice)
    client = signed_in(alice)
    with time_machine.travel(timezone.now() + exports.KEPT_FOR + timedelta(seconds=1)):
        with pytest.raises(NotFound):
            exports.one(alice, export.public_id)
        assert exports.own(alice) == []
    # Whatever a worker's own clock says: the job was due by the database's.
    DataExport.objects.update(expires_at=timezone.now())
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        exports.forget(export.pk)
    assert not DataExport.objects.exists() and not ExportPart.objects.exists()
    assert client.get(f"{PAGE}{export.public_id}/").status_code == 404
    due = Job.objects.filter(kind="accounts.forget_export", arguments=[export.pk])
    late = due.latest("due_at").due_at
    assert abs((late - timezone.now()) - exports.KEPT_FOR) < timedelta(minutes=5)


def test_one_that_is_ready_or_being_made_is_not_forgotten(alice: User) -> None:
    export = exports.ask(user=alice)
    exports.forget(export.pk)
    work()
    exports.forget(export.pk)
    assert exports.one(alice, export.public_id).is_ready


def test_cancelled_while_it_waits_it_is_never_made(alice: User) -> None:
    client = signed_in(alice)
    client.post(f"{PAGE}export/")
    export = DataExport.objects.get()
    client.post(f"{PAGE}{export.public_id}/drop/")
    work()
    assert not ExportPart.objects.exists() and not mail.outbox
    assert exports.own(alice) == []
    exports.ask(user=alice)


def test_cancelled_while_it_is_made_it_stops_and_leaves_nothing(alice: User) -> None:
    export = exports.ask(user=alice)
    lease = leases.claim(Queue.BULK)
    assert lease is not None
    exports.drop(export=exports.one(alice, export.public_id))
    assert exports.one(alice, export.public_id).is_stopping
    runner.run(lease)
    assert Job.objects.get(pk=lease.job_id).state == Job.State.CANCELLED
    assert not ExportPart.objects.exists() and exports.own(alice) == []


def test_cancelled_at_the_last_word_it_is_not_made_either(alice: User) -> None:
    export = exports.ask(user=alice)
    assert leases.claim(Queue.BULK)
    exports.drop(export=exports.one(alice, export.public_id))
    # Nothing more is said of it that could stop it.
    with pytest.raises(progress.Cancelled):
        exports.make(export.pk)
    assert not ExportPart.objects.exists() and not mail.outbox
    assert not exports.one(alice, export.public_id).is_ready


def test_dropped_when_it_has_just_become_ready_it_goes(alice: User) -> None:
    export = exports.ask(user=alice)
    assert leases.claim(Queue.BULK)
    seen = exports.one(alice, export.public_id)
    exports.make(export.pk)
    exports.drop(export=seen)
    assert not DataExport.objects.exists() and not ExportPart.objects.exists()


def test_the_page_says_how_far_it_is(alice: User) -> None:
    export = exports.ask(user=alice)
    lease = leases.claim(Queue.BULK)
    assert lease is not None
    lease.row().update(percent=40, progress="Writing texts to you, 1,200 rows")
    client = signed_in(alice)
    page = client.get(PAGE).content.decode()
    assert "40% · Writing texts to you, 1,200 rows" in page
    [live] = re.findall(rf'hx-get="({PAGE}\?v=\w+)"', page)
    assert client.get(live).status_code == 204
    found = client.get(f"{API}/{export.public_id}").json()
    assert (found["percent"], found["words"]) == (
        40,
        "Writing texts to you, 1,200 rows",
    )
    User.objects.filter(pk=alice.pk).update(locale="es")
    page = client.get(PAGE).content.decode()
    assert "40% · Escribiendo mensajes para ti, 1.200 filas" in page
    # Programs are told in English.
    found = client.get(f"{API}/{export.public_id}").json()
    assert found["words"] == "Writing texts to you, 1,200 rows"
    lease.row().update(percent=41)
    assert "41%" in client.get(live).content.decode()


def test_what_the_job_says_is_read_in_the_language_of_the_page(alice: User) -> None:
    export = exports.ask(user=alice)
    lease = leases.claim(Queue.BULK)
    assert lease is not None
    with progress.of(lease):
        exports.make(export.pk)
    assert export.job_id is not None
    said = Job.objects.get(pk=export.job_id).progress
    assert said.startswith("Writing ") and archive.told(said) == said
    with languages.speaking("es"):
        assert archive.told(said).startswith("Escribiendo ")
        assert archive.told("Something else") == "Something else"


def test_every_table_has_a_name_in_each_language() -> None:
    for kept in dossier.handed_out():
        said = f"Writing {kept.called}, 1,200 rows"
        assert archive.told(said) == said
        with languages.speaking("es"):
            told = archive.told(said)
        assert told.startswith("Escribiendo ") and told.endswith(", 1.200 filas")


def test_what_lies_in_the_database_says_nothing(alice: User) -> None:
    made(alice)
    kept = b"".join(bytes(part.sealed) for part in ExportPart.objects.all())
    assert b"README" not in kept and b"PK" != kept[12:14]
    person_keys.destroy(alice.pk)
    answer = signed_in(alice).get(f"{PAGE}{DataExport.objects.get().public_id}/")
    assert answer.status_code == 503


def test_a_part_in_the_place_of_another_is_not_sent(alice: User) -> None:
    export = made(alice)
    part = ExportPart.objects.get()
    stolen = made(alice)
    ExportPart.objects.filter(export=export).update(
        sealed=ExportPart.objects.get(export=stolen).sealed
    )
    answer: Any = exports.sent(export)
    with pytest.raises(Exception, match="not available"):
        b"".join(answer.streaming_content)
    assert part.number == 0


def test_fetching_is_on_record_and_in_the_activity(
    alice: User, recorded: Recorded
) -> None:
    export = made(alice)
    client = signed_in(alice)
    client.get(f"{PAGE}{export.public_id}/")
    [event] = recorded("accounts.export.fetch")
    assert (event.actor_id, event.obj_id) == (alice.pk, str(export.public_id))
    page = client.get("/app/activity/").content.decode()
    assert "Fetched an export of your data" in page
    assert "Asked for an export of your data" in page


# --- bad days --------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_costs_nothing(alice: User) -> None:
    _many_texts(alice, 30_000)
    export = exports.ask(user=alice)
    with workers.running(workers.PLAIN) as [worker]:
        workers.wait_until(ExportPart.objects.exists)
        workers.kill(worker)
    assert not DataExport.objects.get().is_ready
    # As the sweeper does when its lease has run out.
    with workers.running(workers.PLAIN):
        workers.wait_until(lambda: _swept() and _is_ready(export), seconds=60)
    with opened(exports.sent(exports.one(alice, export.public_id))) as file:
        assert file.testzip() is None
        assert len(table(file, "texts-to-you")) > 30_000
    attempts = set(ExportPart.objects.values_list("attempt", flat=True))
    assert len(attempts) == 1


def test_of_two_attempts_at_once_one_is_the_file(alice: User) -> None:
    export = exports.ask(user=alice)
    together(3, lambda: exports.make(export.pk))
    with opened(exports.sent(exports.one(alice, export.public_id))) as file:
        assert file.testzip() is None
    assert len(set(ExportPart.objects.values_list("attempt", flat=True))) == 1
    assert len(mail.outbox) == 1


def test_one_that_was_deleted_or_whose_person_left_is_not_made(alice: User) -> None:
    exports.make(12_345)
    export = exports.ask(user=alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    exports.make(export.pk)
    assert not ExportPart.objects.exists() and not mail.outbox


def test_no_more_is_held_than_a_part_or_two(alice: User) -> None:
    """However long a history is: of 10,000 texts, 5 MB of JSON and CSV, no more than of
    2,500."""

    class Counted:
        size = 0

        def write(self, data: bytes, /) -> int:
            self.size += len(data)
            return len(data)

        def flush(self) -> None: ...

    def held() -> tuple[int, int]:
        sink = Counted()
        tracemalloc.start()
        archive.write(sink, alice)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return sink.size, peak

    held()
    _many_texts(alice, 2_500)
    size, peak = held()
    _many_texts(alice, 7_500)
    bigger, higher = held()
    assert bigger - size > 500_000 and higher - peak < 250_000


def test_the_person_goes_and_their_exports_with_them(alice: User) -> None:
    made(alice)
    alice.delete()
    assert not DataExport.objects.exists() and not ExportPart.objects.exists()


def _many_texts(user: User, count: int) -> None:
    """Words that do not shrink when they are packed."""
    text = OutboundText.objects.filter(user=user).first()
    assert text is not None
    OutboundText.objects.bulk_create(
        (
            OutboundText(
                lane=text.lane,
                user=user,
                kind="notice",
                number=text.number,
                our_number=text.our_number,
                body=f"{uuid4()} {uuid4()}",
                encoding="GSM-7",
                segments=1,
                state="sent",
            )
            for _ in range(count)
        ),
        batch_size=5_000,
    )


def _swept() -> bool:
    sweeper.sweep()
    return True


def _is_ready(export: DataExport) -> bool:
    return DataExport.objects.get(pk=export.pk).is_ready
