"""The shelf of second factors: one file each, exporting `FACTOR` (apps/mfa/factor.py)."""
