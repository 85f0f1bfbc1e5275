"""As CLDR has it for Spanish, and as the assistant writes and reads: "1.234,5"."""

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
