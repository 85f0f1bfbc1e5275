"""What is in a demo account: this week's appointments, letters, videos, pages.

Made from the date whenever somebody looks, so that it never grows old; what people
create or change lies over it (things.py).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.integrations.simulator.people import Person

ZONE_NAME = "America/New_York"
ZONE = ZoneInfo(ZONE_NAME)


@dataclass(frozen=True)
class Appointment:
    key: str
    title: str
    start: datetime
    end: datetime
    place: str = ""
    with_whom: str = ""
    all_day: bool = False


@dataclass(frozen=True)
class Letter:
    key: str
    sender: str
    address: str
    subject: str
    text: str
    at: datetime
    is_unread: bool


# Days after Monday, hour, minutes, title, place, with whom; no hour: the whole day.
_WEEK: tuple[tuple[int, float | None, int, str, str, str], ...] = (
    (0, 9.0, 30, "Team stand-up", "Room 2", ""),
    (0, 14.0, 60, "Budget review", "Room 5", "carol@example.com"),
    (1, 8.5, 45, "Dentist", "12 Elm Street", ""),
    (1, 12.0, 60, "Lunch with {friend}", "Green Leaf", "{friend_address}"),
    (2, 9.0, 30, "Team stand-up", "Room 2", ""),
    (2, 18.5, 90, "Yoga", "Riverside studio", ""),
    (3, None, 1, "{friend}'s birthday", "", ""),
    (3, 15.0, 60, "Call with the landlord", "", ""),
    (4, 10.0, 120, "Planning: next quarter", "Room 5", "dan@example.com"),
    (4, 19.0, 120, "Cinema", "Odeon", ""),
    (5, 11.0, 60, "Farmers' market", "Main Square", ""),
    (7, 9.0, 30, "Team stand-up", "Room 2", ""),
    (8, 16.0, 60, "Parent-teacher meeting", "School", ""),
)

# Hours ago, sender, subject, text.
_POST: tuple[tuple[float, str, str, str], ...] = (
    (1, "Carol Diaz", "Budget review: two questions", "Could we move line 14 to May?"),
    (5, "Green Leaf", "Your table for two", "We look forward to seeing you at noon."),
    (22, "Dan Okafor", "Planning: next quarter", "Draft attached; comments welcome."),
    (30, "City Library", "Two books are due", "Please return them by Friday."),
    (52, "Riverside studio", "Class moved", "Yoga starts at 18:30 this week."),
    (75, "Landlord", "Boiler inspection", "Somebody has to be in on Thursday, 15:00."),
    (120, "Airline", "Your receipt", "Thank you for flying with us."),
)

# Title, channel, description.
VIDEOS: tuple[tuple[str, str, str], ...] = (
    ("Sourdough for beginners", "Bread Lab", "Flour, water, salt and time."),
    (
        "Five knots everybody needs",
        "Harbour School",
        "From bowline to trucker's hitch.",
    ),
    ("How tides work", "Plain Physics", "The Moon does most of it."),
    ("Morning yoga, 20 minutes", "Riverside Yoga", "Gentle, no equipment."),
    ("Python dataclasses explained", "Code Kettle", "Fields, defaults, frozen."),
    ("Focaccia with rosemary", "Bread Lab", "The easiest bread there is."),
    ("A short history of the telephone", "Old Wires", "From Bell to the pocket."),
    ("Why the sky is blue", "Plain Physics", "Small things scatter blue light."),
    ("Repairing a bicycle tube", "Harbour School", "Patch, press, ride."),
    ("PostgreSQL indexes in practice", "Code Kettle", "B-trees and when not."),
    ("Restful music for reading", "Quiet Room", "One hour without words."),
    ("Croissants, honestly", "Bread Lab", "Three days, worth it."),
)
CHANNELS = tuple(dict.fromkeys(channel for _, channel, _ in VIDEOS))
PLAYLISTS = ("Watch later", "Bread", "For the drive")

# Title, key of the page above it, paragraphs.
PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Home", "", ("Everything starts here.",)),
    ("Shopping list", "Home", ("Oat milk", "Coffee", "Lemons")),
    ("Trip to Lisbon", "", ("Flights on the 12th.", "Hotel near Alfama.")),
    ("Packing", "Trip to Lisbon", ("Adapter", "Sunglasses")),
    ("Reading notes", "", ("Three books this month.",)),
    ("Work journal", "", ("Monday: budget. Friday: planning.",)),
    ("Recipes", "", ("Focaccia", "Lentil soup")),
)


def appointments(person: Person, now: float) -> list[Appointment]:
    today = datetime.fromtimestamp(now, ZONE).date()
    monday = today - timedelta(days=today.weekday())
    friend, address = _friend(person)
    found = []
    for at, (day, hour, length, title, place, whom) in enumerate(_WEEK):
        date = monday + timedelta(days=day)
        start = datetime.combine(date, time(), ZONE)
        end = start + timedelta(days=1)
        if hour is not None:
            start = start.replace(hour=int(hour), minute=int(hour % 1 * 60))
            end = start + timedelta(minutes=length)
        found.append(
            Appointment(
                key=f"{monday:%Y%m%d}{at:02}",
                title=title.format(friend=friend),
                start=start,
                end=end,
                place=place,
                with_whom=whom.format(friend_address=address),
                all_day=hour is None,
            )
        )
    return found


def letters(person: Person, now: float) -> list[Letter]:
    """Newest first; their times stand still within an hour."""
    hour = datetime.fromtimestamp(now // 3600 * 3600, UTC)
    return [
        Letter(
            key=f"{at:02}",
            sender=sender,
            address=f"{sender.lower().replace(' ', '.')}@example.org",
            subject=subject,
            text=f"Hello {person.given},\n\n{text}\n\n{sender}",
            at=hour - timedelta(hours=ago),
            is_unread=at < 3,
        )
        for at, (ago, sender, subject, text) in enumerate(_POST)
    ]


def _friend(person: Person) -> tuple[str, str]:
    if person.given == "Bob":
        return "Alice", "alice@example.com"
    return "Bob", "bob@example.com"
