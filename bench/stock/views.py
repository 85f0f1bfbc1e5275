"""The rows as the manual of REST framework serves them."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework import generics, pagination, serializers, viewsets

from bench.stock.models import Message, Reminder


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


class MessageSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        exclude = ("user",)


class ByDue(pagination.CursorPagination):
    ordering = "due_at"
    page_size_query_param = "limit"


class Newest(pagination.CursorPagination):
    ordering = "-at"
    page_size_query_param = "limit"


class Reminders(viewsets.ModelViewSet[Reminder]):
    serializer_class = ReminderSerializer
    pagination_class = ByDue

    def get_queryset(self) -> Any:
        return Reminder.objects.filter(user=self.request.user, state="active")


class Messages(viewsets.ModelViewSet[Message]):
    serializer_class = MessageSerializer
    pagination_class = Newest

    def get_queryset(self) -> Any:
        return Message.objects.filter(user=self.request.user)
