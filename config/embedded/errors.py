class CannotStart(Exception):
    """Why nothing runs, as one sentence for the person who typed the command."""
