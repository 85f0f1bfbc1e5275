"""What ought to be alive: sign-ins as a person would reckon them, without a database.

Times are whole seconds. `now` is the one clock of a run.
"""

from dataclasses import dataclass, field

MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR
IDLE = HOUR  # of an administrator
FRESH, CONSOLE, PENDING = 5 * MINUTE, HOUR, 15 * MINUTE
ACCESS, GRACE = 5 * MINUTE, 10


@dataclass(eq=False)
class SignIn:
    """One of Alice's, and what she was when it began."""

    client: str
    began: int
    password: int
    is_console: bool
    proved: int = 0
    proved_twice: int | None = None
    seen: int = 0
    generation: int = 0
    rotated: int = 0
    is_over: bool = False

    def __post_init__(self) -> None:
        self.proved = self.seen = self.rotated = self.began


@dataclass
class Person:
    """Alice, and everything that decides about her sign-ins."""

    most: int
    now: int = 0
    password: int = 0
    is_active: bool = True
    is_administrator: bool = False
    # Which app of hers is set up, counted up; 0 for none.
    app: int = 0
    sign_ins: list[SignIn] = field(default_factory=list)

    def begin(self, client: str, *, twice: bool) -> SignIn:
        """Too many at once: the oldest ends."""
        one = SignIn(client, self.now, self.password, self.is_administrator)
        if twice:
            one.proved_twice = self.now
        self.sign_ins.append(one)
        lasting = [each for each in self.sign_ins if self._lasts(each)]
        for surplus in lasting[: -self.most]:
            surplus.is_over = True
        return one

    def holds(self, one: SignIn) -> bool:
        """Asked by a request. Whatever is found over stays over."""
        is_idle = self.is_administrator and one.seen + IDLE <= self.now
        is_demoted = one.is_console and not self.is_administrator
        if not self._lasts(one) or not self.is_active or is_idle or is_demoted:
            one.is_over = True
        return not one.is_over

    def saw(self, one: SignIn) -> None:
        if one.seen + MINUTE <= self.now or self.is_administrator > one.is_console:
            one.seen, one.is_console = self.now, self.is_administrator

    def proves(self, one: SignIn, *, twice: bool) -> None:
        one.proved = self.now
        if twice:
            one.proved_twice = self.now

    def lacks_one(self, one: SignIn) -> bool:
        """Nothing is open but proving a second factor, or setting one up."""
        return self.is_administrator and one.proved_twice is None

    def is_fresh(self, one: SignIn) -> bool:
        """By a second factor for whoever has one."""
        at = one.proved_twice if self.app else one.proved
        return at is not None and self.now < at + FRESH

    def enters_console(self, one: SignIn) -> bool:
        at = one.proved_twice
        return self.is_administrator and at is not None and self.now < at + CONSOLE

    def end_demoted(self) -> None:
        """At once: given the role back, she begins anew."""
        for each in self.sign_ins:
            if each.is_console and not self.is_administrator:
                each.is_over = True

    def end_all(self, but: SignIn | None = None) -> None:
        for each in self.sign_ins:
            if each is not but:
                each.is_over = True

    def _lasts(self, one: SignIn) -> bool:
        is_over = one.is_over or self.now >= one.began + DAY
        return not is_over and one.password == self.password
