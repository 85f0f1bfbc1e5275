"""What waits to be texted stays here, but for codes and notices."""

from apps.sms import outbox

ON_PANIC = (outbox.cancel_waiting,)
