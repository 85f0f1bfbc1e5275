"""The assistant over the API: one page a noun, each with its addresses."""

from apps.assistant.api import (
    approvals,
    events,
    features,
    in_step,
    lists,
    lost,
    memory,
    messages,
    notes,
    reminders,
    shares,
)

urlpatterns = [
    *reminders.urlpatterns,
    *lists.urlpatterns,
    *notes.urlpatterns,
    *events.urlpatterns,
    *in_step.urlpatterns,
    *lost.urlpatterns,
    *shares.urlpatterns,
    *memory.urlpatterns,
    *approvals.urlpatterns,
    *features.urlpatterns,
    *messages.urlpatterns,
]
