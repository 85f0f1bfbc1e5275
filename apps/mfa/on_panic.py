"""No browser is trusted any more, no loss of factors goes on, and no passkey is enough
by itself."""

from apps.mfa import lost, passkeys_alone, trusted

ON_PANIC = (trusted.forget, lost.stop, passkeys_alone.begin_anew)
