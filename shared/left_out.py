"""What an app's dependencies bring that the app never imports, and why it may stay out of the zip.

A pattern is matched against the path inside the zip, `*` across folders too. A test imports every module of a packed
app with nothing else around, so a pattern that takes too much is noticed.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

_EVERYWHERE = {
    "*.dist-info/*": "no code asks for a package's metadata",
    "*/__pycache__/*": "compiled anew, for the runtime that will run it",
    "*.pyi": "types are checked in the workshop",
    "*/py.typed": "as above",
}

_BY_APP = {
    "connect_app": {
        "cffi/*": "builds extensions; the built one needs _cffi_backend alone",
        "pycparser/*": "as above",
    },
    "twilio_app": {
        "chalicelib/agent_screen/static/*": "pages that connect_app serves",
        "twilio/rest/*": "Twilio's REST client and its 700 modules; recordings are fetched with urllib3",
        "twilio/http/*": "as above: its transport",
        "twilio/base/*": "as above: its resources",
        "twilio/jwt/*": "access tokens for Twilio's own apps",
        "twilio/auth_strategy/*": "of the REST client",
        "twilio/credential/*": "of the REST client",
        "twilio/request_validator.py": "brings requests; the app checks signatures itself",
        "aiohttp/*": "the REST client's asynchronous transport, with all that follows",
        "aiohttp_retry/*": "as above",
        "aiohappyeyeballs/*": "as above",
        "aiosignal/*": "as above",
        "attr/*": "as above",
        "attrs/*": "as above",
        "frozenlist/*": "as above",
        "multidict/*": "as above",
        "propcache/*": "as above",
        "typing_extensions.py": "as above",
        "yarl/*": "as above",
        "requests/*": "the REST client's transport, with all that follows",
        "certifi/*": "as above; TLS is checked against the system's roots",
        "charset_normalizer/*": "as above",
        "idna/*": "as above",
        "jwt/*": "the REST client's tokens",
        "cffi/*": "builds extensions; the built one needs _cffi_backend alone",
        "pycparser/*": "as above",
    },
}


def stays_out(app: str, path: str) -> bool:
    """Whether the file at `path` inside `app`'s zip is left out."""
    return any(fnmatchcase(path, pattern) for patterns in (_EVERYWHERE, _BY_APP[app]) for pattern in patterns)
