"""How numbers are written, where Django does it in another way than the assistant."""
