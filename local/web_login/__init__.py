"""Stand-ins for what ID Contact has beside us: its core, a login with tokens of its own making, a website's visitor.

They share no code with the product, and make tokens with jwcrypto.
"""

from local.web_login.core import Core, CoreFailed, CoreSecret, Shown
from local.web_login.login import Login, Visitor
from local.web_login.pages import Told
from local.web_login.tokens import ID_CONTACT, VERDER_HELPEN, Dialect, decryption_keys, encrypted_anew, signature_keys

__all__ = [
    "ID_CONTACT",
    "VERDER_HELPEN",
    "Core",
    "CoreFailed",
    "CoreSecret",
    "Dialect",
    "Login",
    "Shown",
    "Told",
    "Visitor",
    "decryption_keys",
    "encrypted_anew",
    "signature_keys",
]
