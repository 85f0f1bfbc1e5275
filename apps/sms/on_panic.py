"""What waits to be texted stays here, but for codes and notices; no phone that was changed
before takes itself back."""

from apps.sms import cooling, outbox

ON_PANIC = (outbox.cancel_waiting, cooling.forget)
