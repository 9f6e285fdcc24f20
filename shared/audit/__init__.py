"""What the product writes to its log: every event, for people, for a SIEM and for the tests. Nothing ships."""
