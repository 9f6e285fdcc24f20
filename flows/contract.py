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
    ("bankid", "start"): frozenset(
        {"started", "no_input", "invalid_number", "undecryptable", "busy", "locked", "unavailable"}
    ),
    ("bankid", "collect"): frozenset(
        {"pending", "verified", "mismatch", "declined", "cancelled", "failed", "expired", "unavailable"}
    ),
    ("bankid", "cancel"): frozenset({"cancelled"}),
    ("secure_input", "open"): frozenset({"ok", "no_input", "invalid", "undecryptable", "unavailable"}),
    ("secure_input", "relay"): frozenset(
        {
            "delivered",
            "ciphertext",
            "unknown_consumer",
            "not_allowed",
            "no_input",
            "invalid",
            "undecryptable",
            "unavailable",
        }
    ),
    ("web_login", "link"): frozenset(
        {
            "linked",
            "waiting",
            "not_authenticated",
            "no_input",
            "undecryptable",
            "unknown",
            "locked",
            "unavailable",
        }
    ),
    ("assurance", "read"): frozenset({"none", "low", "substantial", "high"}),
    ("assurance", "require"): frozenset({"enough", "step_up", "impossible"}),
    ("assurance", "view"): frozenset({"open"}),
}

STEPS = frozenset(step for _, step in RESULT_WORDS)

VERIFIED = "verified"
"""The word, the module branch and the attribute value that stand for success, in any case."""

SUCCESSES = frozenset({VERIFIED, "linked"})
"""What a condition may test for on the way to it: the same, and a login on the web that has succeeded."""


def words_of(function_arn: str, step: str) -> frozenset[str] | None:
    """The closed list for a function and step; None when the function is not one of ours."""
    return RESULT_WORDS.get((name_of(function_arn), step))


def is_ours(function_arn: str) -> bool:
    """Whether the function's name says that it is one of ours."""
    return name_of(function_arn) in {name for name, _ in RESULT_WORDS}


def name_of(function_arn: str) -> str:
    """The short name, `voice`; empty when `function_arn` is none.

    Our functions are deployed as `<app>-<stage>-<name>`, so the name ends the ARN, save for a version or alias.
    """
    _, _, name = function_arn.partition(":function:")
    return name.partition(":")[0].rpartition("-")[2]
