"""What somebody who is not Twilio might try, and what Twilio's own validator says."""

from typing import cast
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse, QueryDict
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from apps.core import tallies
from apps.sms import signing, webhooks
from apps.sms.models import InboundText, Tombstone
from apps.sms.signing import SHA1, SHA256
from tests.sms.conftest import form, post

SMS = "/webhooks/twilio/sms/"
OLD, NEW = "webhooks_sharedkey_old", "webhooks_sharedkey_new"
KEYS = {OLD: "the-old-secret", NEW: "the-new:secret="}
BY_NEW = f"key={NEW},algorithm={SHA256}"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shared_keys(settings: Settings) -> None:
    settings.TWILIO_SHARED_KEYS = ", ".join(map(":".join, KEYS.items()))


def call(
    signed_with: str | None,
    *,
    secret: str = KEYS[NEW],
    algorithm: str = SHA256,
    fields: dict[str, str] | None = None,
    query: str = "",
    proof: str = "",
) -> HttpResponse:
    """A call signed by Twilio's own code."""
    fields = fields or form()
    proof = proof or RequestValidator(secret).compute_signature(
        django_settings.PUBLIC_URL + SMS + query, fields, algorithm
    )
    headers = {"X-Twilio-Signature": proof}
    if signed_with is not None:
        headers["X-Twilio-Webhooks-Signature-Settings"] = signed_with
    response = Client().post(
        SMS + query,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded; charset=utf-8",
        headers=headers,
    )
    return cast(HttpResponse, response)


def refused(response: HttpResponse) -> bool:
    stored = InboundText.objects.exists() or Tombstone.objects.exists()
    return response.status_code == 403 and not stored


@pytest.mark.parametrize("key_id", KEYS)
def test_both_keys_are_good_while_one_is_rotated(key_id: str) -> None:
    signed_with = f"key={key_id},algorithm={SHA256}"
    assert call(signed_with, secret=KEYS[key_id]).status_code == 200
    assert InboundText.objects.count() == 1


@pytest.mark.parametrize(
    "signed_with",
    [f" key = {NEW} , algorithm = {SHA256} ", f"algorithm={SHA256},key={NEW},v=2"],
)
def test_order_space_and_further_settings_do_not_matter(signed_with: str) -> None:
    assert call(signed_with).status_code == 200


def test_the_auth_token_still_proves_a_call_without_settings() -> None:
    assert post(SMS, form()).status_code == 200


def test_an_unknown_key_id_is_refused() -> None:
    assert refused(call(f"key=webhooks_sharedkey_other,algorithm={SHA256}"))


def test_a_key_that_was_taken_out_is_refused(settings: Settings) -> None:
    settings.TWILIO_SHARED_KEYS = f"{OLD}:{KEYS[OLD]}"
    assert refused(call(BY_NEW))


def test_one_keys_secret_under_anothers_id_is_refused() -> None:
    assert refused(call(BY_NEW, secret=KEYS[OLD]))


def test_the_auth_token_under_a_shared_keys_id_is_refused() -> None:
    assert refused(call(BY_NEW, secret=signing.tokens()[0]))


@pytest.mark.parametrize(
    "algorithm", ["HMAC_MD5", "HMAC_SHA512", "none", "", "hmac_sha256", "sha256"]
)
def test_another_algorithm_is_refused(algorithm: str) -> None:
    assert refused(call(f"key={NEW},algorithm={algorithm}"))


@pytest.mark.parametrize("signed_with", [BY_NEW, f"key={NEW},algorithm={SHA1}"])
def test_sha1_under_a_shared_key_is_refused(signed_with: str) -> None:
    assert refused(call(signed_with, algorithm=SHA1))


@pytest.mark.parametrize("signed_with", [f"key={NEW}", f"key={NEW},algorithm="])
def test_a_shared_key_without_its_algorithm_is_refused(signed_with: str) -> None:
    assert refused(call(signed_with))
    assert refused(call(signed_with, algorithm=SHA1))


def test_a_downgrade_by_leaving_the_settings_out_is_refused() -> None:
    assert refused(call(None))
    assert refused(call(None, algorithm=SHA1))


def test_sha256_by_the_auth_token_is_refused() -> None:
    assert refused(call(None, secret=signing.tokens()[0]))


@pytest.mark.parametrize("signed_with", [None, "", f"algorithm={SHA1}", BY_NEW])
def test_no_header_brings_an_algorithm_back_that_is_not_allowed(
    settings: Settings, signed_with: str | None
) -> None:
    settings.TWILIO_SIGNATURE_ALGORITHMS = [SHA256]
    token = signing.tokens()[0]
    assert refused(call(signed_with, secret=token, algorithm=SHA1))
    assert call(BY_NEW).status_code == 200


def test_a_shared_key_is_refused_where_only_the_auth_token_is_allowed(
    settings: Settings,
) -> None:
    settings.TWILIO_SIGNATURE_ALGORITHMS = [SHA1]
    assert refused(call(BY_NEW))


# A server joins a header that comes twice with a comma.
@pytest.mark.parametrize("joined", [",", ", "])
@pytest.mark.parametrize("other", [BY_NEW, f"key={OLD},algorithm={SHA256}", "key="])
def test_settings_sent_twice_are_refused(joined: str, other: str) -> None:
    assert refused(call(BY_NEW + joined + other))
    assert refused(call(other + joined + BY_NEW))


def test_a_signature_sent_twice_is_refused() -> None:
    fields = form()
    url = django_settings.PUBLIC_URL + SMS
    good = signing.signature(url, fields.items(), KEYS[NEW], SHA256)
    for proof in (f"{good},{good}", f"x, {good}", f"{good}, x"):
        assert refused(call(BY_NEW, fields=fields, proof=proof))
    assert call(BY_NEW, fields=fields, proof=good).status_code == 200


@pytest.mark.parametrize("keys", ["", " ", ",", ":", f"{NEW}:", ":secret"])
@pytest.mark.parametrize("key_id", ["", NEW])
def test_an_empty_secret_proves_nothing(
    settings: Settings, keys: str, key_id: str
) -> None:
    settings.TWILIO_SHARED_KEYS = keys
    assert refused(call(f"key={key_id},algorithm={SHA256}", secret=""))
    assert refused(call(f"key={key_id},algorithm={SHA256}", secret="secret"))


@pytest.mark.parametrize(
    "signed_with",
    [
        "",
        ",",
        "=",
        "key",
        "key=,algorithm=",
        ",,,,",
        "\x00",
        "💥",
        BY_NEW + ",",
        f"key={NEW}\x00,algorithm={SHA256}",
        f"key={NEW};algorithm={SHA256}",
        f"KEY={NEW},ALGORITHM={SHA256}",
        "key=" * 5_000,
        "," * 20_000,
    ],
)
def test_garbage_in_the_settings_is_refused(signed_with: str) -> None:
    assert refused(call(signed_with, proof="x"))
    if not signed_with.endswith(","):
        assert refused(call(signed_with, secret=signing.tokens()[0], algorithm=SHA1))


@pytest.mark.parametrize(
    "account", ["AC" + "f" * 32, "", "ac" + "0" * 32, "AC\x00", "💥"]
)
def test_a_foreign_account_is_refused_without_a_trace(account: str) -> None:
    fields = form(AccountSid=account)
    before = tallies.lately(webhooks.TROUBLE, 15)
    assert refused(call(BY_NEW, fields=fields))
    assert refused(post(SMS, fields))
    assert tallies.lately(webhooks.TROUBLE, 15) == before


def test_a_form_without_account_is_refused() -> None:
    fields = form()
    del fields["AccountSid"]
    assert refused(call(BY_NEW, fields=fields))


def test_a_foreign_account_beside_ours_is_refused() -> None:
    pairs = [*form().items(), ("AccountSid", "AC" + "f" * 32)]
    url = django_settings.PUBLIC_URL + SMS
    proof = signing.signature(url, pairs, signing.tokens()[0])
    assert not signing.is_genuine(SMS, pairs, proof)
    assert not signing.is_genuine(SMS, pairs[::-1], proof)


@pytest.mark.parametrize(
    "routing",
    [
        {"To": "+12025550177"},
        {"To": ""},
        {"To": "whatsapp:+12025550100"},
        {"MessagingServiceSid": "MG" + "f" * 32},
        {"To": "72345", "MessagingServiceSid": "MG" + "0" * 32},
    ],
)
def test_routing_never_refuses_what_is_proven(routing: dict[str, str]) -> None:
    assert call(BY_NEW, fields=form(**routing)).status_code == 200
    assert post(SMS, form(**routing)).status_code == 200


@pytest.mark.parametrize("algorithm", [SHA1, SHA256])
@pytest.mark.parametrize("query", ["", "?m=0199"])
@pytest.mark.parametrize(
    "body",
    [
        "Body=hello",
        "Body=Gr%C3%BC%C3%9Fe+%26+100+%25+%F0%9F%99%82&Extra=",
        "Body=b&Body=a&Body=b&body=x",
        "Body=",
    ],
)
def test_twilios_own_validator_agrees(body: str, query: str, algorithm: str) -> None:
    url, sent = django_settings.PUBLIC_URL + SMS + query, QueryDict(body)
    pairs = [(name, value) for name, values in sent.lists() for value in values]
    oracle = RequestValidator(KEYS[NEW])
    ours = signing.signature(url, pairs, KEYS[NEW], algorithm)
    assert oracle.validate(url, sent, ours, algorithm)
    other = {SHA1: SHA256, SHA256: SHA1}[algorithm]
    assert not oracle.validate(url, sent, ours, other)
