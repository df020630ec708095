"""What a good result is, who agrees on it, and who owns it."""
