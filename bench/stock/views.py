"""The rows as the manual of REST framework serves them: a serializer of each model, one
within another for what belongs to it, fetched ahead."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework import generics, serializers, viewsets

from bench.stock.models import Deed, File, Message, Reminder


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "first_name", "last_name", "date_joined")


class Me(generics.RetrieveAPIView[User]):
    serializer_class = UserSerializer

    def get_object(self) -> Any:
        return self.request.user


class ReminderSerializer(serializers.ModelSerializer[Reminder]):
    class Meta:
        model = Reminder
        exclude = ("user",)


class FileSerializer(serializers.ModelSerializer[File]):
    class Meta:
        model = File
        exclude = ("message",)


class DeedSerializer(serializers.ModelSerializer[Deed]):
    class Meta:
        model = Deed
        exclude = ("id", "message")


class MessageSerializer(serializers.ModelSerializer[Message]):
    files = FileSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        exclude = ("user", "answer", "is_waiting")


class OneMessageSerializer(MessageSerializer):
    answer = MessageSerializer(read_only=True)
    deeds = DeedSerializer(many=True, read_only=True)

    class Meta:
        model = Message
        exclude = ("user",)


class Reminders(viewsets.ModelViewSet[Reminder]):
    serializer_class = ReminderSerializer

    def get_queryset(self) -> Any:
        own = Reminder.objects.filter(user=self.request.user)
        if self.action == "list":
            return own.filter(state="active").order_by("due_at")
        return own


class Messages(viewsets.ModelViewSet[Message]):
    def get_serializer_class(self) -> Any:
        return MessageSerializer if self.action == "list" else OneMessageSerializer

    def get_queryset(self) -> Any:
        own = Message.objects.filter(user=self.request.user)
        if self.action == "list":
            return own.prefetch_related("files").order_by("-at")
        fetched = own.select_related("answer")
        return fetched.prefetch_related("files", "answer__files", "deeds")
