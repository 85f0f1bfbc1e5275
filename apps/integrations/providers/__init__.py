"""The shelf of providers: one file each, exporting `PROVIDER`."""
