"""The usual way to share: guardian's own generic tables, as its manual shows."""
