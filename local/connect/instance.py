"""A Connect instance: its numbers, flows, functions and queues, and every contact that it has had."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flows.document import Flow
from local.connect import joining
from local.connect.circumstances import Circumstances
from local.connect.contact import INSTANCE_ARN, Contact
from local.connect.event import contact_ended_event
from local.connect.execution import Execution
from local.connect.flow_set import FlowSet
from local.connect.functions import Function, Invoker
from local.connect.line import CallerHungUp, Clock, Line
from local.connect.outcomes import FlowDefectError, Left, Over, Queues
from local.connect.queues import Queue
from local.connect.record import ContactRun, Ending, Step
from local.connect.references import UnknownReferenceError
from local.connect.runner import go_on, play
from local.connect.security_keys import SecurityKeys
from local.telephone import Call, Ended, Exchange, Person
from local.transcript import Transcript


class ConnectInstance:
    """Answers the calls to its numbers and runs their flows.

    `numbers` maps E.164 to the id of a flow; `flows` holds rendered flows and modules by the id or ARN that other flows
    name them by; `functions` the Lambda handlers by ARN. `contact_ended` gets the event of each contact that is over,
    `on_step` each action once it is done, `on_begin` as it begins. The numbers are connected to the exchange.
    `security_keys` are uploaded public keys in PEM by their ids, and others can be uploaded or removed between calls;
    `circumstances` may be exchanged then. `runs` are the contacts, in the order in which they ended. Raises
    FlowRefusedError for a flow that the service or the runner does not take, and NotUploadedError for a security key.
    """

    def __init__(
        self,
        numbers: Mapping[str, str],
        flows: Mapping[str, Mapping[str, Any]],
        functions: Mapping[str, Function],
        queues: Iterable[Queue],
        *,
        exchange: Exchange,
        clock: Clock,
        transcript: Transcript,
        security_keys: Mapping[str, str] | None = None,
        circumstances: Circumstances | None = None,
        contact_ended: Callable[[dict[str, Any]], object] | None = None,
        instance_arn: str = INSTANCE_ARN,
        new_contact_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        on_step: Callable[[Step], object] = lambda step: None,
        on_begin: Callable[[Step], object] = lambda step: None,
    ) -> None:
        self.circumstances = circumstances or Circumstances()
        self.runs: list[ContactRun] = []
        self.security_keys = SecurityKeys(security_keys or {})
        self._numbers = dict(numbers)
        self.publish(flows)
        self._functions = functions
        self._queues = {queue.arn: queue for queue in queues}
        self._exchange = exchange
        self._clock = clock
        self._transcript = transcript
        self._contact_ended = contact_ended
        self._instance_arn = instance_arn
        self._new_contact_id = new_contact_id
        self._on_step = on_step
        self._on_begin = on_begin
        self._talking: list[int] = []
        self._lock = threading.Lock()
        for number in self._entries:
            exchange.connect(number, self)

    def publish(self, flows: Mapping[str, Mapping[str, Any]]) -> None:
        """Exchange all flows. A contact goes on with those that it began with. Raises FlowRefusedError."""
        self._flows = FlowSet(flows)
        self._entries = {number: self._entry(flow) for number, flow in self._numbers.items()}

    def answer(self, call: Call) -> Ended:
        """Take a call from the exchange."""
        return self.run(call).ended if call.to in self._entries else Ended.FAILED

    def run(self, call: Call) -> ContactRun:
        """Take a call and tell how it went. Raises KeyError for a number that is not the instance's."""
        flow = self._entries[call.to]
        contact = Contact(self._new_contact_id(), call.caller_id, call.to, self._instance_arn)
        contact.initiation = self.circumstances.initiation
        contact.found["Media"] = {"Sip": {"Headers": self.circumstances.sip_headers}}
        told = f"answers {call.to}, caller id {call.caller_id or 'withheld'}"
        return self._run(contact, call, told, lambda execution: play(execution, flow, {}))

    def call_back(self, asked: ContactRun, person: Person) -> ContactRun:
        """Place the callback that a contact asked for, to somebody who answers; an agent of its queue is on the line.

        The contact that it makes has the attributes of the first, and none of its hooks. Raises LookupError where no
        callback was asked for.
        """
        callbacks = [made.details for made in asked.made if made.what == "CreateCallbackContact"]
        if not callbacks:
            raise LookupError("no callback was asked for")
        wanted = callbacks[0]
        queue, number = self._queues[wanted["queue"]], wanted["number"]
        own = wanted.get("CallerId", {}).get("Number") or queue.outbound_number or next(iter(self._numbers))
        contact = Contact(self._new_contact_id(), number, own, self._instance_arn, dict(asked.attributes))
        contact.initiation, contact.queue = "CALLBACK", queue
        self._clock.sleep(float(wanted["InitialCallDelaySeconds"]))
        call = Call(number, own, person)
        return self._run(contact, call, f"calls {number} back", lambda execution: joining.join(execution, queue))

    def _run(self, contact: Contact, call: Call, told: str, begin: Callable[[Execution], Left]) -> ContactRun:
        started = self._clock.now()
        self._transcript.add(started, "connect", told)
        with self._on_the_line(call.person):
            run = self._conclude(contact, self._execution(contact, call), begin)
        self._transcript.add(self._clock.now(), "connect", f"contact over: {run.ending.value}")
        self.runs.append(run)
        if self._contact_ended:
            self._contact_ended(contact_ended_event(contact, run.ending, started, self._clock.now()))
        return run

    def _entry(self, name: str) -> Flow:
        flow = self._flows.named(name)
        if flow is None or flow.is_module:
            raise KeyError(f"no flow {name} for a number")
        return flow

    def _execution(self, contact: Contact, call: Call) -> Execution:
        return Execution(
            contact=contact,
            call=call,
            line=Line(call, self._clock, self._transcript),
            invoker=Invoker(self._functions, self._clock, self.circumstances.faults),
            exchange=self._exchange,
            clock=self._clock,
            transcript=self._transcript,
            circumstances=self.circumstances,
            queues=self._queues,
            security_keys=self.security_keys,
            flow_named=self._flows.named,
            play=play,
            go_on=go_on,
            on_step=self._on_step,
            on_begin=self._on_begin,
            new_contact_id=self._new_contact_id,
        )

    @staticmethod
    def _conclude(contact: Contact, execution: Execution, begin: Callable[[Execution], Left]) -> ContactRun:
        defect = None
        try:
            over = begin(execution)
            while isinstance(over, Queues):
                over = joining.queue(execution, over.queue)
        except CallerHungUp:
            over = Over(Ending.CALLER_HUNG_UP, contact.queue.name if contact.agent and contact.queue else None)
        except (FlowDefectError, UnknownReferenceError) as error:
            over, defect = Over(Ending.DEFECT), str(error)
        if not isinstance(over, Over):
            over, defect = Over(Ending.DEFECT), "a flow ended as only a module can"
        return ContactRun(
            contact.id,
            over.ending,
            dict(contact.attributes),
            tuple(execution.trace),
            over.queue,
            defect,
            tuple(execution.flow_log),
            tuple(contact.made),
        )

    @contextmanager
    def _on_the_line(self, person: Person) -> Iterator[None]:
        """Note how long the person's call was open: theirs, and not the legs that it makes inside itself."""
        with self._lock:
            outermost = id(person) not in self._talking
            self._talking.append(id(person))
        started = self._clock.now()
        try:
            yield
        finally:
            with self._lock:
                self._talking.remove(id(person))
            if outermost:
                self._transcript.call_was_open(started, self._clock.now())
