"""What a text costs is what Twilio's own calculator says of it."""

import random

import pytest

from apps.sms.segments import count
from tests import node

# Letters of many scripts, what GSM-7 has and lacks, and what is several characters that
# look like one. Nothing newer than the calculator's tables.
_LETTERS = "abcdefghij XYZ0123456789.,!?'\"\n\r@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤§¿¡äöñüà"
_EXTENDED = "^{}\\[~]|€\f"
_OTHERS = [
    *"êçëïœ“”‘’—–…`\t\u00a0\u200bабвгдежз你好世界مرحباשלוםสวัสดีहिन्दी",
    *"😀👍❤🎉🚀𝒳𐍈",
    "e\u0301",
    "👨\u200d👩\u200d👧\u200d👦",
    "👍🏽",
    "❤\ufe0f",
    "🇩🇪",
    "1\ufe0f\u20e3",
    "\r\n",
]
_ODDS = (_LETTERS, _LETTERS, _LETTERS, _EXTENDED, _OTHERS)


def any_text(chance: random.Random) -> str:
    """Mostly of one kind, as people write; around every boundary up to ten segments."""
    pool = chance.choice(_ODDS)
    rare = chance.choice(_ODDS)
    length = chance.choice(
        [chance.randrange(0, 700), 67, 70, 71, 134, 153, 160, 161, 306]
    )
    return "".join(
        chance.choice(rare if chance.random() < 0.05 else pool) for _ in range(length)
    )


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_texts_cost_what_twilios_calculator_says(seed: int) -> None:
    chance = random.Random(seed)
    texts = [any_text(chance) for _ in range(1_500)]
    told = node.ask("segments.js", texts)
    ours = [[found.encoding, found.segments] for found in map(count, texts)]
    wrong = [(t, o, u) for t, o, u in zip(texts, told, ours, strict=True) if o != u]
    assert wrong == []
    assert {encoding for encoding, _ in told} == {"GSM-7", "UCS-2"}


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 159 + "€", 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("a" * 66 + "😀" + "a" * 67, 3),
        ("👨\u200d👩\u200d👧\u200d👦" * 7, 2),
        ("é\u0301" * 200, 7),
        ("ê" + "\u0301" * 200, 3),
    ],
)
def test_at_the_boundaries(text: str, segments: int) -> None:
    assert count(text).segments == segments
