"""An app with one shareable model, for the tests of sharing and policy."""
