class CannotStart(Exception):
    """Why nothing runs, as one sentence for the person who typed the command."""


# Exit code of config.embedded.prepare: its last line says which setting is wrong.
BAD_SETTING = 3
