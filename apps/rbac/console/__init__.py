"""The frame of the operators' console: one site, grouped by what an operator does."""
