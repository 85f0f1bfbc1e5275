"""The shelf of capabilities: one file each, exporting `FACET`."""
