"""The shelf of tools: one file each, exporting TOOL."""
