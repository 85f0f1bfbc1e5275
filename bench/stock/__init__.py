"""The stock way to have tokens: simplejwt's own views, as its manual shows."""
