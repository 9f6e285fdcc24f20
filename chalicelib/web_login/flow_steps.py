"""What a Connect flow asks of web logins: `link` the one whose code the caller typed."""

from __future__ import annotations

from chalicelib import audit, secret_store
from chalicelib.clock import Clock, Deadline
from chalicelib.contact import Contact
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import BadEvent
from chalicelib.settings import Settings
from chalicelib.web_login import feedback, parts
from chalicelib.web_login.linking import LinkParts, link

STEPS = ("link",)


def build(config: Settings, clock: Clock) -> LinkParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    store = secret_store.chosen(config.input_private_key_store)
    private_keys = PrivateKeys(config.input_private_key_name, store, clock)
    return LinkParts(parts.build(config, clock), private_keys, feedback.asking(config))


def take_step(work: LinkParts, event: object, deadline: Deadline) -> dict[str, str]:
    """The function `web_login`: the flow's event in, the flat answer out by the deadline.

    Raises:
        BadEvent: not an event of this instance, or no step that there is.
        Misconfigured: the private key of this key id cannot be used.
    """
    contact = Contact.from_event(event, work.login.settings.connect_instance_arn)
    step = contact.parameters.get("step", "")
    if step not in STEPS:
        raise BadEvent(f"the parameter step must be one of {', '.join(STEPS)}")
    told = link(work, contact, deadline)
    audit.record("web_login_step", step=step, result=told["result"], contact=contact.id)
    return told
