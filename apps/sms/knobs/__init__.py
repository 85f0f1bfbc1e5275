"""The shelf of the router's settings: a file for each concern, which exports KNOBS."""
