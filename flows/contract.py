"""The `result` words that each of our Lambda functions can answer: the closed list of each step.

A flow that compares `$.External.result` must have a branch for every word here, so that no answer falls into the
default branch unforeseen.
"""

from __future__ import annotations

from collections.abc import Mapping

RESULT_WORDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("voice", "start"): frozenset({"transfer", "opted_out", "locked", "no_number", "proof_needed", "unavailable"}),
    ("voice", "result"): frozenset(
        {
            "verified",
            "not_verified",
            "inconclusive",
            "enrolled",
            "opted_out",
            "expired",
            "abandoned",
            "unavailable",
        }
    ),
}

VERIFIED = "verified"
"""The word, the module branch and the attribute value that stand for success, in any case."""


def words_of(function_arn: str, step: str) -> frozenset[str] | None:
    """The closed list for a function and step; None when the function is not one of ours.

    Our functions are deployed as `<app>-<stage>-<name>`, so the name ends the ARN, save for a version or alias.
    """
    _, found, name = function_arn.partition(":function:")
    if not found:
        return None
    return RESULT_WORDS.get((name.partition(":")[0].rpartition("-")[2], step))
