from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext

from apps.core.ids import uuid7
from apps.jobs.models.jobs import Job


class LetterQuerySet(models.QuerySet["Letter"]):
    def unsent(self) -> "LetterQuerySet":
        """Those that can still be handed over."""
        return self.filter(
            state__in=[Letter.State.QUEUED, Letter.State.FAILED]
        ).exclude(sealed="")


class Letter(models.Model):
    """One e-mail to one address, and what became of it."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        # By us, because of a suppression or a wish, or for good by whom it was given to.
        REFUSED = "refused", "Refused"
        # Tried for the last time; while its job is a dead letter it can be requeued.
        FAILED = "failed", "Failed"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained of"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Nobody's where strangers cause it: what it costs must not say whose address it is.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    # Empty for a letter that was written as if somebody would read it.
    to = models.CharField(max_length=320, blank=True)
    name = models.CharField("letter", max_length=80, blank=True)
    # Empty for what has to be told.
    category = models.CharField(max_length=40, blank=True)
    # Proves an address, so it is tried also where others bounced.
    is_proof = models.BooleanField(default=False)
    subject = models.CharField(max_length=200, blank=True)
    # Its words hold codes and links, so only the vault opens them; they are destroyed
    # once the letter is sent, refused or given up.
    sealed = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    # When it was last refused for something that is not its address: see `refusals.py`.
    refused_at = models.DateTimeField(null=True)
    # What whoever took it calls it; for SMTP its Message-ID.
    provider_id = models.CharField(max_length=255, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["job"],
                condition=~Q(sealed="") & Q(state__in=["queued", "failed"]),
                name="letter_unsent",
            ),
            models.Index(
                fields=["provider_id"],
                condition=~Q(provider_id=""),
                name="letter_known_outside",
            ),
            models.Index(
                fields=["state", "-id"],
                condition=Q(state__in=["refused", "failed", "bounced", "complained"]),
                name="letter_troubled",
            ),
            models.Index(
                fields=["refused_at"],
                condition=Q(refused_at__isnull=False),
                name="letter_refused",
            ),
            # As the console searches for a whole address.
            models.Index(Upper("to"), name="letter_to"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'letter'} {self.pk}"


class UnwantedLetters(models.Model):
    """A category that somebody does not want to be written to about."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    category = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "unwanted letters"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "category"], name="unwanted_once"
            ),
        ]

    def __str__(self) -> str:
        return self.category


class Suppression(models.Model):
    """An address that we write to no more."""

    class Why(models.TextChoices):
        BOUNCE = "bounce", "Bounced"
        COMPLAINT = "complaint", "Complained of"

    address = models.CharField(max_length=320, unique=True)  # canonical
    why = models.CharField(max_length=9, choices=Why)
    # What the mailbox said.
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "suppressed address"
        verbose_name_plural = "suppressed addresses"

    def __str__(self) -> str:
        return f"{self.address}: {self.why}"

    @property
    def sentence(self) -> str:
        """Why we do not write there, fit for the person."""
        if self.why == self.Why.COMPLAINT:
            return gettext("A letter of ours was reported as unwanted there.")
        words = gettext("The mailbox refused a letter of ours for good.")
        if not self.detail:
            return words
        return f"{words} {gettext('It said: %(words)s') % {'words': self.detail}}"
