"""Reads a flow before a caller does: what the service would refuse, and what a caller would regret."""

from __future__ import annotations

from flows.document import NotAFlowError, parse
from flows.findings import Finding, Severity
from flows.rules import REFUSALS, REGRETS


def check(document: object) -> tuple[Finding, ...]:
    """What is to be mended in `document` (parsed JSON, rendered): what the service refuses, else what is regretted."""
    return refusals(document) or tuple(finding for rule in REGRETS for finding in rule(parse(document)))


def refusals(document: object) -> tuple[Finding, ...]:
    """What the service itself would refuse; nothing else is worth saying about such a flow."""
    try:
        flow = parse(document)
    except NotAFlowError as error:
        return (Finding(Severity.ERROR, str(error)),)
    return tuple(finding for rule in REFUSALS for finding in rule(flow))
