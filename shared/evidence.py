"""`python -m shared.evidence s3://bucket/name`: check a kept piece of BankID's evidence again, for a dispute.

What is checked, and as of when, is what was at the time of the call. Names, numbers and texts are printed only when
asked for: what a terminal has shown stands in its history.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.bankid.evidence import kept, roots
from chalicelib.bankid.evidence.kept import Kept
from chalicelib.bankid.evidence.verify import Findings, verify
from chalicelib.errors import EvidenceRefused, EvidenceUnavailable, Misconfigured

ACCEPTED, REFUSED, UNREADABLE = range(3)
_ADDRESS = re.compile(r"s3://([a-z0-9.-]+)/(.+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 if the evidence holds, 1 if it does not, 2 if it could not be had."""
    given = _parser().parse_args(arguments)
    try:
        trusted = roots.parsed(given.roots.read_text(), str(given.roots)) if given.roots else ()
        raw = _fetched(given.evidence)
    except (EvidenceUnavailable, Misconfigured, OSError, ValueError) as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        return UNREADABLE
    try:
        evidence = kept.read(raw)
        findings = verify(evidence.complete, evidence.expected, trusted, evidence.completed_at)
    except EvidenceRefused as refused:
        print(f"refused: {refused.fault}")
        return REFUSED
    _print(_about(evidence, findings))
    if given.show_person:
        _print(_personal(evidence))
    return ACCEPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.evidence", description="Check kept evidence of BankID.")
    parser.add_argument("evidence", help="s3://bucket/name, or a file with what such an object holds")
    parser.add_argument(
        "--roots", type=Path, help="file with BankID's signing roots in PEM; without it no chain is checked"
    )
    parser.add_argument("--show-person", action="store_true", help="print who identified themselves, and what they saw")
    return parser


def _fetched(place: str) -> bytes:
    address = _ADDRESS.fullmatch(place)
    if address is None:
        return Path(place).read_bytes()
    # Only here: a file can be checked where there is no AWS.
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found: bytes = boto3.client("s3").get_object(Bucket=address[1], Key=address[2])["Body"].read()
        return found
    except (BotoCoreError, ClientError) as error:
        raise EvidenceUnavailable(f"S3 did not give {place}: {error}") from None


def _about(evidence: Kept, findings: Findings) -> dict[str, str]:
    produced = findings.ocsp_produced_at
    return {
        "evidence": "holds",
        "chain to BankID's root": findings.chain,
        "made for our certificate": findings.relying_party,
        "bank": findings.bank,
        "function": evidence.expected.function,
        "completed": _time(evidence.completed_at),
        "OCSP answer of": "not looked at" if produced is None else _time(produced),
    }


def _personal(evidence: Kept) -> dict[str, str]:
    return {
        "personal number": evidence.complete.person.personal_number,
        "name": evidence.complete.person.name,
        "shown in the app": evidence.expected.visible,
        "signed unseen": evidence.expected.non_visible.hex(),
        "asked by": evidence.expected.relying_party_subject or "",
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _print(lines: dict[str, str]) -> None:
    for what, value in lines.items():
        # As Python writes it where it could steer a terminal: the evidence is somebody else's text.
        print(f"{what}: {value if value.isprintable() else ascii(value)}")


if __name__ == "__main__":
    sys.exit(main())
