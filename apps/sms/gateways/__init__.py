"""The shelf of gateways: one file each, exporting `GATEWAY`."""
