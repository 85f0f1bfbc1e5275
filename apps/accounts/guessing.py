"""Every limit on guessing, in one list.

A `Limit` is charged by one atomic script before anything is compared, so parallel tries
cannot slip through together; Redis away means "no" (core/limits.py). What has to hold
even when Redis has lost its memory is counted in the database: `TRIES_PER_CHALLENGE`
and `FAILURES_IN_A_ROW`.
"""

from datetime import timedelta

from apps.core.limits import Limit

MINUTE, HOUR, DAY = 60, 3600, 86_400

# --- Linking a phone by texting words (sms/linking.py), per number. A person mistypes
# twice; a machine tries thousands. Good tries do not count.
LINK = Limit("link", times=5, seconds=HOUR)
# Of everybody: a guess may hit anybody's words. Of one area no more than a fifth, so
# that none uses up the tries of all.
LINK_AREA = Limit("link_area", times=20, seconds=HOUR)
LINK_EVERYBODY = Limit("link_everyone", times=100, seconds=HOUR)

# --- Passwords (accounts/tries.py). Good ones do not count.
# Per network: an office or a school signs in together, a machine tries all day.
PASSWORDS_PER_NETWORK = Limit("password_network", times=30, seconds=5 * MINUTE)
# Per account, of all browsers it does not know: 960 a day at most, which opens none
# that keeps the rules for passwords.
PASSWORDS_OF_STRANGERS = Limit("password_strangers", times=10, seconds=15 * MINUTE)
# Per account and browser or app that was signed in to it before: strangers who used up theirs
# lock its owner out of nothing.
PASSWORDS_OF_KNOWN = Limit("password_known", times=10, seconds=15 * MINUTE)

# --- What else anybody may send, per network.
SIGN_UPS = Limit("sign_up", times=20, seconds=HOUR, is_told=True)
RESETS = Limit("reset", times=20, seconds=HOUR, is_told=True)
# Codes from a letter: eight letters, so that even all tries of a day find none.
LETTER_CODES = Limit("letter_code", times=30, seconds=5 * MINUTE, is_told=True)
# Passkeys cannot be guessed; checking one costs a signature and a few queries.
PASSKEYS = Limit("passkey", times=60, seconds=5 * MINUTE, is_told=True)
# Letters to one address that somebody else asked for.
LETTERS = Limit("letter", times=5, seconds=HOUR)

# --- Adding an address of one's own: a letter goes to it before it is known whose it is.
# A person mistypes one or two; through the pages and the API together.
ADDRESSES_PER_PERSON = Limit("address_person", times=10, seconds=HOUR, is_told=True)
# Of many accounts made for it: as many as they could reset.
ADDRESSES_PER_NETWORK = Limit("address_network", times=20, seconds=HOUR, is_told=True)

# --- Codes of a second factor (mfa/challenges.py). Whoever tries knows the password:
# those of browsers that the account knows are counted apart from all others.
# Per person and factor: somebody who mistypes three times signs in six times an hour.
# Good ones do not count.
CODES = Limit("code", times=20, seconds=HOUR)
# Wrong answers to one challenge before it is dead: a texted code is one of a million,
# and five texts an hour make 25 guesses (2.5 in 100,000).
TRIES_PER_CHALLENGE = 5
# Wrong codes since the last good one: with three of a million codes good at a time, 100
# find one in 3,300 accounts. NIST SP 800-63B allows no more.
FAILURES_IN_A_ROW = 100
# Then no six digits are taken for as long as a lost authenticator takes to replace;
# recovery codes and passkeys cannot be guessed and go on.
FROZEN_FOR = timedelta(hours=72)
# Then so many before it freezes again: a typo is none, and a guess in a million a day
# and a half finds one in 1,600 accounts a year.
TRIES_AFTER_FROST = 5
# The pause after each wrong code doubles from a second up to 2^9 of them, 8.5 minutes:
# longer ones would only lock the owner out.
LONGEST_PAUSE_STEP = 10

# Saying that every factor is lost (mfa/lost.py), per person: each time writes to all
# their addresses and their phone.
LOST_FACTORS = Limit("lost_factors", times=2, seconds=7 * DAY)

# --- Texted codes cost money and can annoy (mfa/factors/sms.py).
# A carrier takes up to a minute; asking again sooner only makes two codes.
TEXT_PAUSE = Limit("code_text_pause", times=1, seconds=60, is_told=True)
TEXTS_PER_PERSON = Limit("code_text_person", times=5, seconds=HOUR, is_told=True)
TEXTS_PER_PERSON_A_DAY = Limit(
    "code_text_person_day", times=15, seconds=DAY, is_told=True
)
# A number that moves between accounts carries its count with it.
TEXTS_PER_NUMBER = Limit("code_text_number", times=15, seconds=DAY)
# Country and area: whoever is paid for texts to a range of numbers stops here.
TEXTS_PER_AREA = Limit("code_text_area", times=100, seconds=HOUR)
# What all codes of a day may cost: at a cent each, twenty dollars.
TEXTS_A_DAY = Limit("code_text_all", times=2_000, seconds=DAY)

# To a phone that is to be linked (sms/texted_codes.py): whoever asks may be anybody, and
# the number anybody's. Whoever has it texts words from it instead.
LINK_TEXTS_PER_PERSON = Limit("link_text_person", times=10, seconds=DAY)
LINK_TEXTS_PER_NUMBER = Limit("link_text_number", times=5, seconds=DAY)
# Apart from the codes above, which let people sign in, and fewer.
LINK_TEXTS_PER_AREA = Limit("link_text_area", times=50, seconds=HOUR)
LINK_TEXTS_A_DAY = Limit("link_text_all", times=1_000, seconds=DAY)

# --- Letters and texts that try whether they arrive (portal/ways.py), per person and way.
TESTS = Limit("test_message", times=3, seconds=HOUR, is_told=True)

# --- Exports of one's own data (accounts/exports.py), per person: each reads everything.
EXPORTS = Limit("export", times=3, seconds=DAY, is_told=True)
