"""`make keys ARGS="..."`: the keys of Connect's encrypted customer input. `make keys ARGS=--help` lists the commands.

Exit codes: 0 done, or all is well; 1 refused, or not as it should be; 2 wrong usage; 3 AWS did not answer, or refused.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import code
from chalicelib.errors import ConnectUnavailable
from shared.keys import making, pair, retiring, standing, trying
from shared.keys.places import Places
from shared.keys.refused import Refused

Given = argparse.Namespace
_DAYS = 1_095


def new(given: Given) -> None:
    if given.to:
        if given.kms_key:
            raise _Wrong("--kms-key encrypts nothing in files: it goes with --to-ssm and --to-secretsmanager")
        making.into_folder(_made(given), given.to)
        return
    places = _places(given, given.to_store)
    making.room_for_another(places.instance.security_keys())
    _agree(
        given,
        f"make an RSA-{given.bits} key with a certificate for {given.days} days",
        f"upload its public key to the instance {places.instance_id}",
        f"keep the private key in a {places.private_keys.what}, and the certificate beside it",
    )
    making.into_service(places, _made(given), given.kms_key)


def _made(given: Given) -> pair.Pair:
    return pair.make(given.bits, given.days, given.name, datetime.now(UTC))


def test(given: Given) -> None:
    if given.offline:
        if not given.private_key or not given.certificate:
            raise _Wrong("test --offline needs --private-key and --certificate")
        public_key = _text(given.public_key) if given.public_key else None
        print(trying.offline(_text(given.private_key), _text(given.certificate), public_key))
        return
    places = _places(given)
    if not given.key_id or not given.function:
        raise _Wrong("test needs --key-id and --function, or --offline")
    if given.certificate:
        certificate = _text(given.certificate)
    else:
        certificate = places.parameters.certificates().get(given.key_id, "")
    if not certificate:
        raise Refused(f"SSM has no certificate for {given.key_id}: name one with --certificate")
    print(trying.deployed(places, given.function, given.key_id, certificate))


def uses(given: Given) -> None:
    found, now = standing.uses(_places(given)), datetime.now(UTC)
    for use in found.found:
        print(f"{use.key_id}  {use.where}  certificate {standing.shown_certificate(use.certificate, now)}")
    if not found.found:
        print("no published flow or module encrypts what callers type")
    for doubt in found.doubts:
        print(f"DOUBT: {doubt}")


def status(given: Given) -> None:
    now = datetime.now(UTC)
    found = standing.standings(_places(given, given.store), given.within_days, now)
    print("\n\n".join(standing.shown(one, now) for one in found) or "there are no keys")


def retire(given: Given) -> None:
    places = _places(given, given.store)
    found = standing.standings(places, given.within_days, datetime.now(UTC))
    one = retiring.check(next((one for one in found if one.key_id == given.key_id), None), given.key_id, given.force)
    steps = retiring.plan(one, places.private_keys.what, delete=given.delete)
    if not steps:
        print(f"{given.key_id} is retired already")
        return
    if one.objections:
        print(f"FORCED, because: {given.force}; against it: {'; '.join(one.objections)}")
    _agree(given, *steps)
    retiring.carry_out(places, one, delete=given.delete)


class _Wrong(Exception):
    """The command line is not right; the text says how."""


def _places(given: Given, store: str = "ssm") -> Places:
    if not given.instance:
        raise _Wrong("name the instance: --instance ARN, or CONNECT_INSTANCE_ARN in the environment")
    try:
        return Places(given.instance, store)
    except ValueError as trouble:
        raise _Wrong(f"--instance: {trouble}") from None


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError:
        raise Refused(f"{file} is no text, and so no PEM") from None


def _agree(given: Given, *steps: str) -> None:
    """Say what will be done, and go on only if that is wanted."""
    print("This will:", *(f"  - {step}" for step in steps), sep="\n")
    if given.yes:
        return
    if not sys.stdin.isatty():
        raise Refused("nothing was done: say --yes, or run it at a terminal")
    if input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("nothing was done")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m shared.keys", description="The keys of Connect's encrypted customer input."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    one = _command(commands, new, "make a key pair and its certificate, and put them to use")
    to = one.add_mutually_exclusive_group(required=True)
    to.add_argument("--to", type=Path, metavar="FOLDER", help="write three files, for work by hand; asks AWS nothing")
    for store in ("ssm", "secretsmanager"):
        to.add_argument(f"--to-{store}", dest="to_store", action="store_const", const=store, help="keep it there")
    one.add_argument("--bits", type=int, choices=pair.BITS, default=3072)
    one.add_argument("--days", type=_positive, default=_DAYS, help=f"the certificate's life (default {_DAYS})")
    one.add_argument("--name", type=_name, default="Connect customer input", help="the certificate's common name")
    one.add_argument("--kms-key", metavar="KEY", help="encrypts the private key, such as alias/countersign-prod")
    _yes(one)

    one = _command(commands, test, "have the deployed function open a random number; or --offline, with files")
    one.add_argument("--key-id")
    one.add_argument("--function", help="its name or ARN, such as countersign-connect-prod-secure_input")
    one.add_argument("--certificate", type=Path, help="its file; otherwise the one that SSM holds for the key id")
    one.add_argument("--offline", action="store_true", help="see whether files fit together; asks AWS nothing")
    one.add_argument("--private-key", type=Path)
    one.add_argument("--public-key", type=Path, help="what is uploaded, if that is to fit too")

    _command(commands, uses, "list which published flows and modules use which key and certificate")
    _stored(_command(commands, status, "say how each key stands, and which one may go"))

    one = _command(commands, retire, "take a key away from Connect, if nobody can miss it")
    _stored(one)
    one.add_argument("key_id", metavar="KEY_ID")
    one.add_argument("--force", metavar="REASON", help="although it is in use")
    one.add_argument("--delete", action="store_true", help="the private key and the certificate too")
    _yes(one)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], run: Callable[[Given], None], about: str
) -> argparse.ArgumentParser:
    one = commands.add_parser(run.__name__, help=about, description=about)
    one.set_defaults(run=run)
    one.add_argument("--instance", metavar="ARN", default=os.environ.get("CONNECT_INSTANCE_ARN"))
    return one


def _stored(one: argparse.ArgumentParser) -> None:
    one.add_argument("--store", choices=("ssm", "secretsmanager"), default="ssm", help="where private keys are")
    one.add_argument(
        "--within-days",
        type=_positive,
        default=standing.QUEUED_DAYS,
        help=f"the longest life of a queued call or callback (default {standing.QUEUED_DAYS})",
    )


def _yes(one: argparse.ArgumentParser) -> None:
    one.add_argument("--yes", action="store_true", help="do not ask")


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 36_500:
        raise argparse.ArgumentTypeError("a whole number of days")
    return int(text)


def _name(text: str) -> str:
    if not 1 <= len(text) <= pair.LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"1 to {pair.LONGEST_NAME} characters")
    return text


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    given = _parser().parse_args(arguments)
    try:
        given.run(given)
    except _Wrong as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    except (Refused, OSError) as refused:
        print(f"no: {refused}", file=sys.stderr)
        return 1
    except ConnectUnavailable as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        return 3
    except (BotoCoreError, ClientError) as error:
        asked = error.operation_name if isinstance(error, ClientError) else "what was asked"
        print(f"error: AWS did not do {asked} ({code(error)})", file=sys.stderr)
        return 3
    except (KeyboardInterrupt, EOFError):
        print("\nno: interrupted; nothing more is done, and `status` shows how the keys stand", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
