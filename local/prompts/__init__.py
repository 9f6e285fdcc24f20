"""Everything that a caller can ever hear of us, side by side in every language, and what is wrong with it."""
