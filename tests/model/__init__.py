"""An exhaustive check of the hand-off: what it promises, every way its steps can meet, and every way to weaken it."""
