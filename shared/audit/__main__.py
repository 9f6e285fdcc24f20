"""`python -m shared.audit page` prints docs/audit.md, `python -m shared.audit schema` docs/audit.schema.json."""

from __future__ import annotations

import argparse
import sys

from shared.audit.documents import page, schema

_PRINTED = {"page": page, "schema": schema}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.audit", description=__doc__)
    parser.add_argument("what", choices=_PRINTED)
    print(_PRINTED[parser.parse_args().what](), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
