"""Pictures that people text are fetched from nowhere but where they may be, and kept."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import OutsideFailure
from apps.jobs.models import Job
from apps.jobs.runner import drain
from apps.sms import media, signing
from apps.sms.gateways.twilio import GATEWAY
from apps.sms.models import InboundText, MediaFile
from tests.sign_in import signed_in
from tests.sms.conftest import STRANGER, sid, text, work
from tests.sms.media_server import MediaServer

pytestmark = pytest.mark.django_db(transaction=True)
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 9
HTML = b"<html><script>alert(1)</script>"


@pytest.fixture
def files(settings: Settings) -> Iterator[MediaServer]:
    settings.SMS_GATEWAY = "twilio"
    account = settings.TWILIO_ACCOUNT_SID
    with MediaServer(account, signing.tokens()[0]) as server:
        settings.TWILIO_API_BASE = server.url
        yield server


def path(account: str, message: str, number: int = 0) -> str:
    return f"/2010-04-01/Accounts/{account}/Messages/{message}/Media/ME{number:032x}"


def came(files: MediaServer, *bodies: bytes, message: str = "", **how: str) -> str:
    """A text with files; its MessageSid."""
    message = message or sid()
    fields = {"MessageSid": message, "NumMedia": str(len(bodies))}
    for number, body in enumerate(bodies):
        at = path(files.account, message, number)
        files.put(at, body)
        fields[f"MediaUrl{number}"] = f"https://api.twilio.com{at}"
        fields[f"MediaContentType{number}"] = "image/jpeg"
    text("look", **fields, **how)
    return message


def fetched() -> list[MediaFile]:
    work()
    Job.objects.filter(state="waiting").update(attempts=7)
    drain("bulk")
    return list(MediaFile.objects.order_by("position"))


def test_a_picture_is_kept_shown_to_its_owner_and_taken_from_twilio(
    alice: User, bob: User, files: MediaServer
) -> None:
    message = came(files, JPEG)
    (file,) = fetched()
    assert (file.state, file.content_type) == ("kept", "image/jpeg")
    assert bytes(file.content) == JPEG and file.size == len(JPEG)
    at = path(files.account, message)
    assert [call[:2] for call in files.asked] == [
        ("GET", at),
        ("DELETE", f"{at}.json"),
    ]
    page = signed_in(alice).get("/app/conversation/").content.decode()
    address = f"/app/conversation/files/{file.public_id}/"
    assert f'src="{address}"' in page
    shown = signed_in(alice).get(address)
    assert shown.content == JPEG and shown["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown["Cache-Control"]
    assert signed_in(bob).get(address).status_code == 404


def test_nothing_is_fetched_for_somebody_we_do_not_know(files: MediaServer) -> None:
    came(files, JPEG, number=STRANGER)
    assert fetched() == [] and files.asked == []


def test_nor_for_an_account_that_is_closed(alice: User, files: MediaServer) -> None:
    came(files, JPEG)
    work()
    User.objects.filter(pk=alice.pk).update(is_active=False)
    (file,) = fetched()
    assert file.state == "refused"
    assert [method for method, *_ in files.asked] == ["DELETE"]
    assert files.deleted == [path(files.account, file.text.sid)]


def test_what_it_says_of_itself_counts_for_nothing(
    alice: User, files: MediaServer
) -> None:
    came(files, HTML, JPEG, b"%PDF-1.7 x")
    page, picture, paper = fetched()
    assert page.state == "refused" and not page.content
    assert (picture.state, paper.content_type) == ("kept", "application/pdf")
    saved = signed_in(alice).get(f"/app/conversation/files/{paper.public_id}/")
    assert saved["Content-Disposition"].startswith("attachment")


def test_what_is_too_large_is_refused(
    alice: User, files: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", len(JPEG) - 1)
    came(files, JPEG)
    (file,) = fetched()
    assert (file.state, file.why) == ("refused", "It is too large.")
    assert files.deleted == [path(files.account, file.text.sid)]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://api.twilio.com.evil.example/x",
        "https://evil.example/2010-04-01/Accounts/{account}/Messages/{message}/Media/ME"
        + "0" * 32,
        "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/{message}/Media/ME"
        + "0" * 32,
        "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/SM0/Media/ME"
        + "0" * 32,
        "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message}/Media/"
        "../../../Calls",
        "https://user:pass@api.twilio.com/2010-04-01/Accounts/{account}/Messages/"
        "{message}/Media/ME" + "0" * 32,
        "file:///etc/passwd",
        "",
    ],
)
def test_only_a_file_of_this_very_text_is_asked_for(
    alice: User, files: MediaServer, address: str
) -> None:
    message = sid()
    where = address.format(account=files.account, message=message)
    fields = {"MessageSid": message, "NumMedia": "1", "MediaUrl0": where}
    text("look", **fields)
    (file,) = fetched()
    assert file.state == "refused" and files.asked == []


def test_it_follows_to_where_files_lie_and_leaves_the_secret_behind(
    alice: User, files: MediaServer
) -> None:
    message = sid()
    at = path(files.account, message)
    files.put("/elsewhere/1", JPEG)
    came(files, JPEG, message=message)
    files.send_on(at, f"{files.url}/elsewhere/1")
    (file,) = fetched()
    assert file.state == "kept"


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "https://localhost.twilio.com/",
        "https://evil.example/",
        "http://media.twiliocdn.com/",
        "https://media.twiliocdn.com:8443/",
    ],
)
def test_it_follows_nowhere_else(alice: User, files: MediaServer, to: str) -> None:
    message = came(files, JPEG)
    files.send_on(path(files.account, message), to)
    with pytest.raises(OutsideFailure):
        GATEWAY.fetch(
            f"https://api.twilio.com{path(files.account, message)}",
            sid=message,
            most_bytes=media.MOST_BYTES,
        )
    assert [call[1] for call in files.asked] == [path(files.account, message)]


def test_another_server_of_ours_gets_no_credentials(
    alice: User, files: MediaServer, settings: Settings
) -> None:
    """Only the origin that was asked gets them, also where a redirect is allowed."""
    with MediaServer(files.account, files.token) as other:
        other.put("/file", JPEG)
        message = came(files, JPEG)
        files.send_on(path(files.account, message), f"{other.url}/file")
        with pytest.raises(OutsideFailure):
            GATEWAY.fetch(
                f"https://api.twilio.com{path(files.account, message)}",
                sid=message,
                most_bytes=media.MOST_BYTES,
            )
        assert other.asked == []


def test_in_a_circle_it_ends(alice: User, files: MediaServer) -> None:
    message = came(files, JPEG)
    at = path(files.account, message)
    files.send_on(at, files.url + at)
    (file,) = fetched()
    assert file.why == "It is passed on and on."
    assert [method for method, *_ in files.asked] == ["GET"] * 4 + ["DELETE"]


def test_twilios_copy_goes_also_when_it_is_away_at_first(
    alice: User, files: MediaServer
) -> None:
    message = came(files, JPEG)
    files.refuses_deletes = True
    fetched()
    (job,) = Job.objects.filter(kind="sms.forget_media")
    assert job.state == "waiting" and files.deleted == []
    files.refuses_deletes = False
    Job.objects.update(due_at=job.created_at)
    drain("bulk")
    assert files.deleted == [path(files.account, message)]


def test_a_file_that_is_passed_on_to_no_address_is_refused(
    alice: User, files: MediaServer
) -> None:
    message = came(files, JPEG)
    files.send_on(path(files.account, message), "https://media.twiliocdn.com:99999/x")
    (file,) = fetched()
    assert file.state == "refused"


def test_a_worker_that_dies_in_between_fetches_it_once_more(
    alice: User, files: MediaServer
) -> None:
    came(files, JPEG)
    fetched()
    text_id = InboundText.objects.get().pk
    media.keep(text_id, 0)
    assert [call[0] for call in files.asked] == ["GET", "DELETE"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"#!AMR\n", "audio/amr"),
        (b"BEGIN:VCARD\r\n", "text/vcard"),
        (b"\x00\x00\x00\x18ftypevil....", ""),
        (b"RIFF\x00\x00\x00\x00WAVE", ""),
        (b"<svg xmlns=", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell(content: bytes, kind: str) -> None:
    assert media.kind_of(content) == kind
