"""Which words of a sentence are its time, and which only look like one."""

import pytest

from apps.assistant import times

SENTENCES = [
    ("remind me tomorrow at 9 to call Ana", "tomorrow at 9", "remind me to call Ana"),
    ("call ana tomorrow at 9 remind me", "tomorrow at 9", "call ana remind me"),
    ("remind me to buy 2 eggs", "", "remind me to buy 2 eggs"),
    ("remind me to read 1984 at 5", "at 5", "remind me to read 1984"),
    (
        "call the may family tomorrow",
        "tomorrow",
        "call the may family",
    ),
    ("remind me to call the may family", "", "remind me to call the may family"),
    ("remind me tomorrow to call Ana at 9", "tomorrow at 9", "remind me to call Ana"),
    (
        "remind me on friday to buy a ticket for monday at 9",
        "on friday",
        "remind me to buy a ticket for monday at 9",
    ),
    ("buy a ticket for monday", "", "buy a ticket for monday"),
    ("sit in the sun", "", "sit in the sun"),
    ("prepare monday report at 5", "at 5", "prepare monday report"),
    ("watch the tonight show at 8", "at 8", "watch the tonight show"),
    ("watch friday night lights tomorrow", "tomorrow", "watch friday night lights"),
    ("meet Bob at 4 pm", "at 4 pm", "meet Bob"),
    ("remind me at 4 to leave at 5", "at 4", "remind me to leave at 5"),
    (
        "remind me at 4 to call Joe and at 5 to eat",
        "at 4 & at 5",
        "remind me to call Joe and at 5 to eat",
    ),
    (
        "remind me at 3 on thursday dentist and at 4 gym",
        "at 3 on thursday & at 4",
        "remind me dentist and at 4 gym",
    ),
    ("remind me on the 3rd floor at 5", "at 5", "remind me on the 3rd floor"),
    ("call Joe at 4. Eat at 5", "at 4 ; at 5", "call Joe at 4. Eat at 5"),
    ("read pages 3 to 5 tonight", "tonight", "read pages 3 to 5"),
    ("fly to london tomorrow at 5", "tomorrow at 5", "fly to london"),
    (
        "remind me 30 minutes before the meeting at 5",
        "30 minutes before",
        "remind me the meeting at 5",
    ),
    ("leave at 5 tomorrow at 4", "tomorrow at 4", "leave at 5"),
    ("meet ana at 7 eleven tomorrow", "tomorrow", "meet ana at 7 eleven"),
    ("take 5 mg at 8 in the evening", "at 8 in the evening", "take 5 mg"),
    ("pay rent before friday", "", "pay rent before friday"),
    ("call mum friday about the car", "friday", "call mum about the car"),
    ("walk for 20 minutes", "", "walk for 20 minutes"),
    ("buy 1/2 kg cheese tomorrow", "tomorrow", "buy 1/2 kg cheese"),
    ("check the 24/7 hotline", "", "check the 24/7 hotline"),
    ("remind me to march 5 miles", "", "remind me to march 5 miles"),
    ("remind me tomorrow 9 to call", "tomorrow 9", "remind me to call"),
    ("remind me tomorrow 2 eggs", "tomorrow", "remind me 2 eggs"),
    ("prepare tomorrow's meeting at 5", "at 5", "prepare tomorrow's meeting"),
    ("be in 3 places tomorrow", "tomorrow", "be in 3 places"),
    ("remind me in 10 to check it", "in 10", "remind me to check it"),
    ("remind me in 10 mins check to see", "in 10 mins", "remind me check to see"),
    ("remind me in 7 moons to x", "in 7 moons", "remind me to x"),
    ("remind me in 7 lunar years to x", "in 7 lunar years", "remind me to x"),
    (
        "remind me to be in 3 places to sign tonight",
        "tonight",
        "remind me to be in 3 places to sign",
    ),
    ("remind me in 2 hours 30 moons to x", "in 2 hours 30 moons", "remind me to x"),
    ("remind me tomorrow 20 min to call", "tomorrow 20 min", "remind me to call"),
    ("read today's mail", "", "read today's mail"),
    ("book room 12 at 3", "at 3", "book room 12"),
    ("tomorrow at 9", "tomorrow at 9", ""),
    ("reminder for tomorrow at 9: call Ana", "for tomorrow at 9", "reminder: call Ana"),
    ("in 5 minutes check oven", "in 5 minutes", "check oven"),
    ("pay 12.50 to Bob at noon", "at noon", "pay 12.50 to Bob"),
    ("call +1 202 555 0101 at 5pm", "at 5pm", "call +1 202 555 0101"),
    ("see http://example.com/5pm tonight", "tonight", "see http://example.com/5pm"),
    ("take pills every day at 8", "every day at 8", "take pills"),
    ("take pills every day for 2 weeks", "every day for 2 weeks", "take pills"),
    (
        "every day at 8am to take pills until friday",
        "every day at 8am until friday",
        "to take pills",
    ),
    ("every day to take pills at 8am", "every day at 8am", "to take pills"),
    (
        "every day to do push ups 10 times at 7am",
        "every day at 7am",
        "to do push ups 10 times",
    ),
    ("walk for 20 minutes every day", "every day", "walk for 20 minutes"),
    ("weekly report every friday at 4pm", "every friday at 4pm", "weekly report"),
    ("read the daily news at 5", "at 5", "read the daily news"),
    ("send the daily reminder at 5pm", "at 5pm", "send the daily reminder"),
    (
        "set a daily reminder at 9pm to floss",
        "a daily at 9pm",
        "set reminder to floss",
    ),
    (
        "set a weekly reminder for friday at 3 to submit hours",
        "a weekly for friday at 3",
        "set reminder to submit hours",
    ),
    ("every morning to run on weekdays", "every morning on weekdays", "to run"),
    ("work until friday at 5", "", "work until friday at 5"),
    ("email every customer tomorrow", "tomorrow", "email every customer"),
    ("call every customer at 5", "at 5", "call every customer"),
    ("ask who sat on my chair", "", "ask who sat on my chair"),
    ("ring the second Monday club", "", "ring the second Monday club"),
]


@pytest.mark.parametrize(("sentence", "phrase", "rest"), SENTENCES)
def test_the_time_is_taken_out(sentence: str, phrase: str, rest: str) -> None:
    assert times.split(sentence) == times.Split(phrase, rest)


def test_a_long_text_is_read_in_good_time() -> None:
    sentence = ("at 5 and monday in 3 " * 80)[:1600]
    split = times.split(sentence)
    assert len(split.phrase) + len(split.rest) <= len(sentence)
