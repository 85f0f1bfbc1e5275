"""The own calendar in step with those of connected accounts, both ways.

`core` carries it out, `decisions` says who wins, `contents` is what an event is on either
side, `own` reads and writes the side here, and each other file one kind of account.
"""
