"""The product as on a server, and its password hashes counted."""
