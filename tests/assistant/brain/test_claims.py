"""Nothing that a model says it did reaches anybody; what it only says does."""

import pytest

from apps.assistant.brain import claims

CLAIMS = """
I've set a reminder for tomorrow at 9.
I have sent the mail to Ana.
I just went ahead and booked the table.
Done!
Done.
All done, anything else?  Your meeting is moved.
Okay, booked for eight.
Sent.
Message sent to Ana.
Your reminder is set for 9 AM.
The email has been sent.
Your meeting with Bob was cancelled.
Lunch is now on your calendar.
It's on your list.
Milk is in your shopping list now.
I'll remind you tomorrow at 9.
I will let Ana know.
I'm going to text her right away.
I'm sending it now.
I am on it.
You'll get a text at nine.
Expect a reminder at 9.
Consider it done.
Consider it handled.
That's taken care of.
You're all set!
All set for tomorrow.
You are good to go.
No need to worry, the dentist knows.
Ana knows you are late.
Bob has been told.
Ana will get your message in a minute.
The payment went through.
Your order is on its way.
Noted.
Noted down: the code of the door.
Added milk and eggs.
Got it, saved.
Great, I moved your 3pm to 4pm.
Sure! Deleted.
Perfect, scheduled it for Friday.
Absolutely, I've taken that off your list.
Your subscription is cancelled.
I called the restaurant and reserved a table.
The invitation is out and everybody has accepted.
Your alarm is live.
Leave it with me.
Rest assured, the report is submitted.
I made a note of it.
Success: your note was saved.
I **sent** it.
I se​nt it to Ana.
Not only did I send it, I also booked the room.
Don't worry, but I've already paid the bill.
The reminder's set.
We've updated your calendar.
Switchboard has emailed the landlord.
Your timer is running and will ring in 10 minutes.
Job done.
It's a done deal.
Locked in for 6 PM.
I went ahead and shared your list with Bob.
The mail to Bob: sent.
Your dentist appointment: cancelled.
Lunch with Ana: moved to 1 PM.
Milk: on the list.
Status: done.
Boom. Bob has your message.
Bob should have your mail by now.
Bob should have it by now.
Your 9 AM alarm is active.
The note now reads: hello.
The mail is out.
Hecho. Recordatorio creado.
Erledigt, Bob wurde benachrichtigt.
Ich habe die Mail an Bob gerade gesendet.
Der Termin ist abgesagt.
Le rendez-vous est bien annulé.
Rappel créé pour demain.
Lembrete criado.
O e-mail foi enviado para o Bob.
Promemoria impostato.
UNDO takes it back.
Your 3pm: gone.
The dentist? Off the books.
Bob has been pinged.
Ana is in the loop.
Milk, eggs: both on there.
Two taps and it's out to Bob.
""".strip().splitlines()

HARMLESS = """
Babe, from 1995.
Paris is the capital of France.
Shall I send it?
Do you want me to remind you?
I have not sent anything.
Nothing was sent.
I can't book tables.
You can connect a mailbox on the website.
If you like, tell me when.
That film is about a pig who herds sheep.
It takes about two hours by train.
Which list do you mean?
When should I remind you?
The museum opens at ten.
Water boils at 100 degrees.
Please say which Ana you mean.
Once you tell me the time it can be set.
Sounds good.
Happy birthday.
Three eggs and some flour.
There were three films of it.
A marathon is 42 km, a short run 5K.
A mail can hold pictures.
You can share lists with others.
You're welcome.
The answer: in the summer of 1995.
Berlin ist die Hauptstadt von Deutschland.
Paris est la capitale de la France.
Yes, tomatoes are fruits.
There are no 4 rivers there.
Rook takes 4 pawns.
Boil the eggs for 8 minutes, then cool them.
""".strip().splitlines()


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_claim_is_left_out(sentence: str) -> None:
    truth = claims.without(sentence)
    assert truth.has_claimed, truth
    assert not truth.said or not claims.is_claim(truth.said)


@pytest.mark.parametrize("sentence", HARMLESS)
def test_what_claims_nothing_is_said(sentence: str) -> None:
    truth = claims.without(sentence)
    assert (truth.said, truth.has_claimed) == (sentence, False)


def test_of_an_answer_with_a_lie_nothing_is_left() -> None:
    said = "That was Babe. I've added it to your list. It is from 1995."
    assert claims.without(said).said == ""
    changed = claims.without(said, has_changed=True)
    assert changed.said == "That was Babe. It is from 1995."


@pytest.mark.parametrize(
    "said",
    [
        "Reminder: tomorrow at 9, call Ana. Saved.",
        "Reminder set: call Ana, Tue 24 Nov. UNDO takes it back.",
        "Dentist cancelled. Anything else?",
        "Die Nachricht ging an Bob.",
        "Ваше напоминание на завтра.",
        "OK.",
        "9 AM it is.",
        "Tomorrow at 9: call Ana.",
        "Bob: notified. Ana: too.",
        "And... sent.",
        "Sure thing. Anything else?",
    ],
)
def test_of_a_claim_no_part_is_left(said: str) -> None:
    assert claims.without(said).said == ""


def test_how_their_things_are_may_be_said_beside_what_was_changed() -> None:
    said = "Your list is a long one."
    assert claims.without(said) == claims.Truth("", has_stated=True)
    assert claims.without(said, has_changed=True).said == said
    assert claims.without("The mail to Bob: sent.", has_changed=True).said == ""


@pytest.mark.parametrize(
    "said",
    [
        "OK 5K confirms it.",
        "Reply OK to 9g to see your letters.",
        "SIEMPRE 7K.",
        "Text no, 8R for that.",
        "Say yes to see your letters.",
        "Just answer with okay and you see it.",
        "Send the two signs 4 X.",
        "It is 4-x.",
        "Reply OK4R please.",
        "Reply with O K 4 R.",
        "ok_4_r",
        "Text OK  4r.",
        "s i e m p r e 7 K",
        "It is OK4X.",
        "It is 4   X.",
    ],
)
def test_nobody_is_told_to_say_yes(said: str) -> None:
    assert (
        claims.without(f"That was Babe. {said}", codes={"4X"}).said == "That was Babe."
    )


def test_there_are_fifty_and_more() -> None:
    assert len({*CLAIMS}) >= 50
