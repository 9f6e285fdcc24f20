"""The checker's rules, one module for each thing that can be wrong. Each takes a parsed flow and yields findings.

`REFUSALS` hold what the service would refuse; `REGRETS` what it would accept and a caller, or whoever answers for the
calls, would regret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flows.document import Flow
from flows.findings import Finding
from flows.rules import actions, confidentiality, document, naming, reachability, result_words, silence, verified

Rule = Callable[[Flow], Iterator[Finding]]

REFUSALS: tuple[Rule, ...] = (
    document.has_a_start,
    document.is_small_enough,
    document.identifiers_are_legal,
    document.settings_belong_to_modules,
    actions.speak_the_language,
    actions.have_their_branches,
    actions.hold_no_empty_text,
    actions.hold_no_placeholder,
    reachability.branches_lead_somewhere,
)

REGRETS: tuple[Rule, ...] = (
    actions.can_all_be_played,
    reachability.every_action_is_reached,
    reachability.every_way_ends,
    naming.no_branch_stands_twice,
    naming.references_name_something,
    silence.nobody_is_cut_off_without_a_word,
    silence.nobody_waits_in_silence,
    silence.no_round_is_silent,
    confidentiality.input_is_neither_logged_nor_recorded,
    verified.nobody_is_verified_by_default,
    result_words.every_word_has_its_branch,
    result_words.our_steps_are_taken_by_our_functions,
)

__all__ = ["REFUSALS", "REGRETS", "Rule"]
