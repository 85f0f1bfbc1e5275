"""What is sent is signed as Standard Webhooks says, and others find it so."""

import base64
import hashlib
import hmac

from apps.webhooks import signing

# The example that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIMESTAMP = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_is_signed_as_the_published_example_is() -> None:
    found = signing.headers([SECRET], message_id=ID, timestamp=TIMESTAMP, body=BODY)
    assert found == {
        "webhook-id": ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }


def test_each_of_two_secrets_signs() -> None:
    new = signing.new_secret()
    found = signing.headers(
        [new, SECRET], message_id=ID, timestamp=TIMESTAMP, body=BODY
    )
    first, second = found["webhook-signature"].split(" ")
    assert second == SIGNATURE
    key = base64.b64decode(new.removeprefix("whsec_"))
    signed = b"%s.%d.%s" % (ID.encode(), TIMESTAMP, BODY)
    made = hmac.new(key, signed, hashlib.sha256).digest()
    assert first == f"v1,{base64.b64encode(made).decode()}"


def test_a_secret_is_as_long_as_it_should_be_and_never_the_same() -> None:
    made = {signing.new_secret() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        assert each.startswith("whsec_")
        assert 24 <= len(base64.b64decode(each[6:], validate=True)) <= 64
