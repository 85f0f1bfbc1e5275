"""Work that is nothing, asked for both ways."""
