"""Amazon Connect on the laptop: runs rendered flows action by action, by the rules of the real service.

`ConnectInstance` is the subscriber that a number rings at. It calls the real Lambda handlers with the event of the
service and tells in a `ContactRun` how each contact went.
"""

from local.connect.circumstances import Circumstances, Fault, LambdaFaults, Reply, Unset
from local.connect.flow_set import FlowRefusedError
from local.connect.instance import ConnectInstance
from local.connect.queues import Agent, Answer, Queue, View
from local.connect.record import ContactRun, Ending, Step

__all__ = [
    "Agent",
    "Answer",
    "Circumstances",
    "ConnectInstance",
    "ContactRun",
    "Ending",
    "Fault",
    "FlowRefusedError",
    "LambdaFaults",
    "Queue",
    "Reply",
    "Step",
    "Unset",
    "View",
]
