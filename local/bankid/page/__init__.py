"""The phones of everybody who has a BankID, as a page in a browser, for this machine alone."""

from local.bankid.page.server import BUTTONS, Page

__all__ = ["BUTTONS", "Page"]
