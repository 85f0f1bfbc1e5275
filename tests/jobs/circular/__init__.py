"""An app whose steps wait for each other."""
