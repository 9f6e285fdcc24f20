"""A stand-in for BankID: its relying-party API over mutual TLS, people with the app, and the evidence they leave."""

from local.bankid.api import BankID, BankIDRequest
from local.bankid.app import BankIDApp, Behaviour
from local.bankid.authority import Authority, authority
from local.bankid.behaviours import Cancels, Careful, Declines, ForgotTheCode, NeverOpens, Prompt, Slow
from local.bankid.evidence import Manner, completion_data
from local.bankid.faults import Fault, Faults
from local.bankid.holders import Holder
from local.bankid.ocsp import NonceForm
from local.bankid.order import NotNow, Order, Stage
from local.bankid.parts import Completed
from local.bankid.tampering import Tamper

__all__ = [
    "Authority",
    "BankID",
    "BankIDApp",
    "BankIDRequest",
    "Behaviour",
    "Cancels",
    "Careful",
    "Completed",
    "Declines",
    "Fault",
    "Faults",
    "ForgotTheCode",
    "Holder",
    "Manner",
    "NeverOpens",
    "NonceForm",
    "NotNow",
    "Order",
    "Prompt",
    "Slow",
    "Stage",
    "Tamper",
    "authority",
    "completion_data",
]
