"""The assistant over the API: one page a noun, each with its addresses."""

from apps.assistant.api import lists, memory, notes, reminders

urlpatterns = [
    *reminders.urlpatterns,
    *lists.urlpatterns,
    *notes.urlpatterns,
    *memory.urlpatterns,
]
