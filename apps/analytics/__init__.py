"""What was used, by whom, how fast and for how much: sums that pages are drawn from."""
