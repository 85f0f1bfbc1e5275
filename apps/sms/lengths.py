"""How long the fields of a text may be."""

# E.164 allows 15 digits; short codes and alphanumeric senders are shorter.
NUMBER_LENGTH = 32
# A MessageSid has 34 characters.
SID_LENGTH = 64
