"""What the tool says no to."""

from __future__ import annotations


class Refused(Exception):
    """What was asked for is not done, or not so; the text says why."""
