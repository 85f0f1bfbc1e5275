import logging
import os

from celery import Celery
from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView
from twilio.request_validator import RequestValidator

from bench.usual.models import Message, Phone

logger = logging.getLogger(__name__)
celery = Celery("usual", broker=os.environ["REDIS_URL"])
celery.conf.task_ignore_result = True


@celery.task(name="usual.process")
def process(pk: int) -> None:
    """Nobody works this queue: the benchmark is of the way in."""


class Inbound(APIView):
    permission_classes = [AllowAny]
    parser_classes = [FormParser]

    def post(self, request: Request) -> HttpResponse:
        validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
        signature = request.headers.get("X-Twilio-Signature", "")
        url = settings.PUBLIC_URL + request.get_full_path()
        if not validator.validate(url, request.data, signature):
            raise PermissionDenied
        phone = (
            Phone.objects.select_related("user")
            .filter(number=request.data["From"])
            .first()
        )
        message, created = Message.objects.get_or_create(
            sid=request.data["MessageSid"],
            defaults={
                "user": phone.user if phone else None,
                "phone": phone,
                "from_number": request.data["From"],
                "to_number": request.data["To"],
                "body": request.data["Body"],
            },
        )
        if created:
            process.delay(message.pk)
        logger.info("received %s created=%s", message.pk, created)
        return HttpResponse(
            '<?xml version="1.0" encoding="UTF-8"?><Response/>',
            content_type="text/xml",
        )
