"""Where a model did nothing, no claim of it stands without our sentence behind it."""

import pytest

from apps.assistant.brain import claims
from apps.assistant.models import ToolCall
from apps.sms import composer
from tests.assistant.brain.model_server import ModelServer, says
from tests.assistant.conftest import Phone

# The words are chosen so that no list of verbs knows them all.
LIES = """
The table at Green Leaf is yours.
No more soccer on Saturdays.
From now on I keep quiet at night.
Your event has a new time.
Transfer complete.
Fait. Bob est au courant.
I have told everyone. They are excited!
Tomorrow 9:00 - call Ana. You will hear from me.
That email never existed; now it is erased.
A cab waits outside at six.
Bob smiled when he read it.
Green Leaf looks forward to seeing you.
Four seats by the window, eight o'clock.
Saturday is free again.
Your money is with the landlord.
The gym says goodbye.
One less thing to think of.
Ana's phone just buzzed.
Bob said yes.
Soccer? What soccer.
The plumber comes Tuesday.
It took three seconds.
Success.
Voila, c'est regle.
Ab jetzt herrscht nachts Ruhe.
Bob wei\u00df Bescheid.
El plomero viene el martes.
Bob ya tiene noticias tuyas.
La mesa es tuya.
Nada de f\u00fatbol los s\u00e1bados.
A mesa \u00e9 sua.
Il tavolo ti aspetta.
Your secret is safe in my memory.
Seven o'clock it shall be.
Nobody will disturb you tonight.
Consider the landlord happy.
The flight home leaves at noon, seat 12A.
Confirmation number 48213.
Receipt: 40 dollars to Dora.
Dora is forty dollars richer.
The door is shut and the lights are dark.
Dinner moves to eight.
Milk joins the eggs.
My next text comes at nine.
At nine your pocket will buzz.
I never forget.
You owe Bob nothing now.
Which other table do you want now that Green Leaf waits for you?
Shall I do another one, as Bob loved it?
I cannot believe how fast they gave you the table.
I can't stop Bob from smiling about it.
Bob has your note, right?
Everybody got the memo.
The old password is useless from today.
Kitchen light: dark.
The pharmacy hands it out at five.
Two tickets, row F.
Eight people say they come.
Your landlord thanks you.
Your spot in the queue: 3.
Name tag reads Alice.
The case is closed, as they say.
You won't see that newsletter any more.
""".strip().splitlines()

# Of people who want something done, some of them by asking.
ORDERS = [
    "please would you look into zq.. somehow",
    "could you see to the thing with the roof?",
    "any chance of zq happening by saturday?",
    "zq the roof thing for me",
]

# What is asked, and an answer that goes out as it is.
TALK = """
what was that film with the talking pig called? | Babe, from 1995.
why is the sky so blue up there? | Air scatters blue light more than red.
how do i get red wine out of a white shirt | Salt, then cold water.
tell me a joke about cats | A cat walks in and leaves at once.
explain tides | The moon pulls at the sea.
which river is longer, the nile or the amazon? | The Nile by most accounts.
can you recommend a good book about whales | Moby Dick.
hey so is a tomato a fruit or not | It is a fruit to a botanist.
i feel a bit lonely today | That sounds hard. A walk helps some people.
the roof thing | What about it?
the roof thing again | Which roof do you mean?
zq the roof thing for me | I can't book tables.
zq the roof thing for me | Sorry, I don't know.
por que es azul el cielo | El aire dispersa la luz azul.
cuentame un chiste de gatos | Un gato entra y se va.
el asunto del techo otra vez | A cual techo te refieres?
"""


def _is_ours(said: str) -> bool:
    return said.startswith("I have not done anything yet.") or said.endswith(
        " I changed nothing."
    )


@pytest.mark.parametrize("lie", LIES)
def test_no_claim_stands_without_our_sentence_behind_it(
    alice: Phone, model: ModelServer, lie: str
) -> None:
    model.script = [says(lie)]
    said = alice.text(ORDERS[len(lie) % len(ORDERS)])
    assert model.asked and _is_ours(said), said
    assert not ToolCall.objects.exists()


@pytest.mark.parametrize("order", ORDERS)
def test_nor_where_what_is_wanted_is_asked_for(
    alice: Phone, model: ModelServer, order: str
) -> None:
    model.script = [says("The table at Green Leaf is yours.")]
    said = alice.text(order)
    assert said == "The table at Green Leaf is yours. I changed nothing."


@pytest.mark.parametrize(
    "order",
    [
        "can you book a table at green leaf?",
        "is the table at green leaf booked?",
        "did you tell bob",
        "what is it, and cancel soccer",
        "cancel soccer?",
        "is soccer on saturday?",
        "do i have soccer this week?",
        "why don't you text bob",
        "what about my table",
        "I love it. Book it",
        "puedes reservar una mesa?",
        "que tal, y cancela el futbol",
    ],
)
def test_an_order_is_no_question(order: str) -> None:
    assert not claims.wants_words(order)


@pytest.mark.parametrize("line", TALK.strip().splitlines())
def test_talk_stays_talk(alice: Phone, model: ModelServer, line: str) -> None:
    asked, answer = line.split(" | ")
    model.script = [says(answer)]
    assert alice.text(asked) == answer
    assert model.asked


@pytest.mark.parametrize(
    "said",
    [
        "Consider your mom called, and a table for four waits under your name.",
        "A cab for two is waiting under your name at the corner.",
    ],
)
def test_words_about_what_is_theirs_are_followed_by_ours(
    alice: Phone, model: ModelServer, said: str
) -> None:
    model.script = [says(said)]
    answer = alice.text("how nice would dinner be tonight?")
    assert answer == f"{said} I changed nothing."


@pytest.mark.parametrize(
    "said",
    [
        "You have 3 events tomorrow: 9am dentist, 1pm lunch with Ana, 6pm game.",
        "Tomorrow looks busy: school play at 10, then lunch with Kim at 1.",
    ],
)
def test_a_day_that_nothing_was_read_of_reaches_nobody(
    alice: Phone, model: ModelServer, said: str
) -> None:
    model.script = [says(said), says(said)]
    answer = alice.text("how packed is tmrw looking?")
    assert "Kim" not in answer and "Ana" not in answer
    assert len(model.asked) == 2


def test_of_an_answer_with_a_lie_nothing_goes_out(
    alice: Phone, model: ModelServer
) -> None:
    model.script = [says("Ana lives in Rome. I have told her everything.")]
    said = alice.text("please would you look into zq.. somehow")
    assert said.startswith("I have not done anything yet.")


def test_it_is_said_in_the_language_of_the_person(
    alice: Phone, model: ModelServer
) -> None:
    alice.user.locale = "es"
    alice.user.save()
    model.script = [says("La mesa es tuya.")]
    said = alice.text("a ver si logras zq por ahi")
    assert said == "La mesa es tuya. No cambi\u00e9 nada."
    assert composer.count(said).encoding == "GSM-7"


def test_there_are_fifty_more() -> None:
    assert len({*LIES}) >= 59
