"""Where agents work, on this machine: Connect's agent workspace with one app in it, and the CCP for another page.

Both are pages in a real browser that speak what `@amazon-connect/app` and `amazon-connect-streams` speak, so that the
real packages run in our page.
"""

from local.workspace.desks import Contact, Desk
from local.workspace.server import Workspace

__all__ = ["Contact", "Desk", "Workspace"]
