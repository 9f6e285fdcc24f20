"""What a contact's proofs add up to, told to its flow; and the handle by which its agents see it."""
