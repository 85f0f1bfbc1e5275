"""What the API shows of a person's phones, and what it takes."""

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from apps.accounts import names
from apps.core.serializers import Exact
from apps.sms.linking import Phrase
from apps.sms.models import NumberEvent, PhoneNumber

_OPEN = [each for each in PhoneNumber.Status.choices if each[0] != "released"]


class OwnPhoneSerializer(serializers.Serializer[Any]):
    """`doubt`: why it may be somebody else's by now, and is told nothing of before;
    `is_to_be_proven` where saying that it is still one's own does not end that.
    `awaits_code`: a code for it is on its way and good. `notes`: what stands in its way,
    in sentences."""

    id = serializers.UUIDField(source="number.public_id")
    number = serializers.CharField(source="number.e164")
    label = serializers.CharField(source="number.label")  # type: ignore[assignment]  # its name in JSON
    status = serializers.ChoiceField(choices=_OPEN, source="number.status")
    is_primary = serializers.BooleanField(source="number.is_primary")
    doubt = serializers.ChoiceField(
        choices=PhoneNumber.Doubt.choices, source="number.doubt"
    )
    is_to_be_proven = serializers.BooleanField()
    awaits_code = serializers.BooleanField()
    notes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField(source="number.created_at")
    verified_at = serializers.DateTimeField(
        source="number.verified_at", allow_null=True
    )
    proved_at = serializers.DateTimeField(source="number.proved_at", allow_null=True)


class NewPhoneSerializer(Exact):
    number = serializers.CharField(max_length=32)
    label = serializers.CharField(  # type: ignore[assignment]  # its name in JSON
        max_length=40,
        required=False,
        allow_blank=True,
        validators=[names.insist_readable],
    )


class PhoneLabelSerializer(Exact):
    label = serializers.CharField(  # type: ignore[assignment]  # its name in JSON
        max_length=40, allow_blank=True, validators=[names.insist_readable]
    )


class PhoneCodeSerializer(Exact):
    code = serializers.CharField(max_length=20)

    def validate_code(self, value: str) -> str:
        """However it was grouped."""
        return value.replace(" ", "").replace("-", "")


class LinkWordsSerializer(serializers.Serializer[Phrase]):
    """`text` is to be texted to the number `to`, until `expires_at`; good once."""

    text = serializers.CharField()
    to = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField()

    def get_to(self, phrase: Phrase) -> str:
        return str(settings.TWILIO_NUMBER)


class PhoneEventSerializer(serializers.ModelSerializer[NumberEvent]):
    """`label` is the new name of a phone that was renamed."""

    phone = serializers.UUIDField(source="phone.public_id")
    number = serializers.CharField(source="phone.e164")
    words = serializers.CharField(source="get_kind_display")
    label = serializers.CharField(source="detail")  # type: ignore[assignment]  # its name in JSON

    class Meta:
        model = NumberEvent
        fields: ClassVar = ["phone", "number", "kind", "words", "label", "at"]
