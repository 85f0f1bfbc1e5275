"""When a person wants no text that they do not wait for."""

from datetime import datetime, timedelta

from apps.accounts.models import User

# What decides it.
FIELDS = frozenset({"quiet_from", "quiet_until", "paused_until", "timezone"})


def is_paused(user: User, at: datetime) -> bool:
    return user.paused_until is not None and at < user.paused_until


def end(user: User, now: datetime) -> datetime | None:
    """When the pause or the quiet hours end that `now` is in, on the person's own clock;
    None when it is in none."""
    paused = user.paused_until
    if paused is None or not is_paused(user, now):
        return _of_hours(user, now)
    return _of_hours(user, paused) or paused


def _of_hours(user: User, now: datetime) -> datetime | None:
    begin, until = user.quiet_from, user.quiet_until
    if begin is None or until is None:
        return None
    local = now.astimezone(user.zone)
    time = local.time()
    over_night = begin > until
    if over_night and until <= time < begin:
        return None
    if not over_night and not begin <= time < until:
        return None
    day = local.date() + timedelta(days=over_night and time >= begin)
    found = datetime.combine(day, until, tzinfo=user.zone)
    # Of an hour that the clocks repeat, the one that is still to come.
    return found if found.timestamp() > now.timestamp() else found.replace(fold=1)
