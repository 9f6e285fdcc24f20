"""The call is over: its BankID order is taken back, and a completion that comes late does not verify."""

from __future__ import annotations

from chalicelib.bankid import hints, order
from chalicelib.bankid.order import State
from chalicelib.bankid.parts import OrderParts
from chalicelib.clock import Deadline
from chalicelib.contact import Ended
from chalicelib.errors import Unavailable


def contact_ended(work: OrderParts, ended: Ended, deadline: Deadline) -> None:
    """Mark the segment, then take back the order that it was working on. Doing it again changes nothing.

    An order that another segment of the same call has taken over since, after a transfer, goes on.

    Raises:
        Unavailable: the table or BankID did not answer. Told again, this does what is left; nothing verifies meanwhile.
    """
    record = work.write(ended.id, order.mark_ended(ended.segment, work.now()), deadline).record
    if not order.is_active(record) or record["segment"] != ended.segment:
        return
    number = order.number_of(record)
    # BankID first: who is told again after only half of it was done must still find the orderRef.
    if record["state"] == State.OPEN and not work.cancel_at_bankid(
        ended.id, work.order_ref(ended.id, record), deadline
    ):
        raise Unavailable("BankID did not take the order of an ended contact back")
    work.close(ended.id, number, hints.CANCELLED, deadline)
