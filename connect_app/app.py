"""The Lambda functions: one per method, which Amazon Connect's flows invoke; one for who may read what was typed; one
that hears from Connect when a contact is over; one that looks every day at what will expire.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from chalice import Chalice, Rate
from chalice.app import CloudWatchEvent

from chalicelib import audit, start
from chalicelib.clock import ANSWER_SECONDS, Clock, Deadline, SystemClock
from chalicelib.errors import CountersignError, Unexpected

if TYPE_CHECKING:
    from chalicelib.bankid.contact_end import EndParts
    from chalicelib.bankid.flow_steps import BankIDParts
    from chalicelib.expiry.watch import WatchParts
    from chalicelib.secure_input.parts import InputParts
    from chalicelib.secure_input.redemption import RedemptionParts
    from chalicelib.voice.flow_steps import FlowParts

app = Chalice(app_name="countersign-connect")
clock: Clock = SystemClock()


@app.middleware("scheduled")
@app.middleware("pure_lambda")
@app.middleware("cloudwatch")
def last_resort(event: Any, get_response: Callable[[Any], object]) -> object:
    """What fails is counted and raised, so that the flow takes its error branch: the caller is not verified."""
    try:
        return get_response(event)
    except CountersignError as trouble:
        audit.record("function_failed", code=trouble.code, reason=str(trouble))
        raise
    except Exception as error:  # noqa: BLE001 (last resort: told to Connect without its text)
        audit.record("function_failed", code=Unexpected.code, reason=type(error).__name__)
        raise Unexpected(type(error).__name__) from None


@app.lambda_function()
def voice(event: dict[str, Any], context: object) -> dict[str, str]:
    """Recognise the caller by voice: `step` is `start` or `result`."""
    from chalicelib.voice import flow_steps

    return flow_steps.take_step(voice_parts(), event)


@cache
def voice_parts() -> FlowParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.voice import flow_steps

    return flow_steps.build(settings.load(os.environ, settings.CONNECT), clock)


@app.lambda_function()
def secure_input(event: dict[str, Any], context: object) -> dict[str, str]:
    """Open what the caller typed and keep it for who may read it, or hand it on: `step` is `open` or `relay`."""
    from chalicelib.secure_input import flow_steps

    return flow_steps.take_step(secure_input_parts(), event)


@app.lambda_function()
def secure_input_redeem(event: dict[str, Any], context: object) -> dict[str, str]:
    """Give out what a caller typed, once. For systems that IAM lets in; Connect must never be one of them."""
    from chalicelib.secure_input import redemption

    return redemption.redeem(secure_input_redeem_parts(), event)


@cache
def secure_input_parts() -> InputParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.secure_input import flow_steps

    return flow_steps.build(settings.load(os.environ, settings.CONNECT), clock)


@cache
def secure_input_redeem_parts() -> RedemptionParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.secure_input import redemption

    return redemption.build(settings.load(os.environ, settings.CONNECT), clock)


@app.schedule(Rate(1, unit=Rate.DAYS), description="How long certificates and keys still last")
def expiry_watch(event: object) -> dict[str, str]:
    """See when certificates and consumers' keys end; EventBridge starts it every day, and Connect never does."""
    from chalicelib.expiry import watch

    return watch.look(watch_parts())


@cache
def watch_parts() -> WatchParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.expiry import watch

    return watch.build(settings.load(os.environ, settings.CONNECT), clock)


@app.lambda_function()
def bankid(event: dict[str, Any], context: object) -> dict[str, str]:
    """Have the caller prove who they are in the BankID app: `step` is `start`, `collect` or `cancel`."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)  # before all else: the first call may have to fetch the secrets
    from chalicelib.bankid import flow_steps

    return flow_steps.take_step(bankid_parts(), event, deadline)


@cache
def bankid_parts() -> BankIDParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.bankid import flow_steps

    return flow_steps.build(settings.load(os.environ, settings.CONNECT), clock)


@app.on_cw_event(
    {
        "source": ["aws.connect"],
        "detail-type": ["Amazon Connect Contact Event"],
        "detail": {"eventType": ["DISCONNECTED"], "channel": ["VOICE"]},
    }
)
def contact_ended(event: CloudWatchEvent) -> None:
    """Tell every method that a call, or a segment of it, is over."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)
    from chalicelib.bankid import contact_end

    contact_end.take_event(contact_ended_parts(), event.to_dict(), deadline)


@cache
def contact_ended_parts() -> EndParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.bankid import contact_end

    return contact_end.build(settings.load(os.environ, settings.CONNECT), clock)


start.prepare(
    os.environ.get("_HANDLER", ""),
    {
        "voice": voice_parts,
        "secure_input": lambda: secure_input_parts().preload(),
        "secure_input_redeem": secure_input_redeem_parts,
        "expiry_watch": watch_parts,
        "bankid": lambda: bankid_parts().private_keys.preload(),
        "contact_ended": contact_ended_parts,
    },
)
