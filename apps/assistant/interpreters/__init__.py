"""The shelf of interpreters: one file each, exporting INTERPRETER."""
