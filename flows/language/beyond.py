"""Action types of the service that are not described here: their parameters and branches are not checked."""

from __future__ import annotations

from collections.abc import Mapping

BEYOND: Mapping[str, str] = {
    "CheckVoiceId": "Voice ID ended on 20 May 2026",
    "CompleteOutboundCall": "outbound whispers only",
    "ConnectParticipantWithLexBot": "a bot speaks with the caller",
    "CreateCallbackContact": "calls back later",
    "CreateCase": "cases",
    "CreateCustomerProfile": "customer profiles",
    "CreateTask": "tasks",
    "CreateWisdomSession": "agents' assistance",
    "GetCase": "cases",
    "GetCustomerProfile": "customer profiles",
    "ShowView": "agents' guides and chat",
    "StartVoiceIdStream": "Voice ID ended on 20 May 2026",
    "UpdateContactMediaStreamingBehavior": "streams the audio elsewhere",
    "UpdateContactRecordingAndAnalyticsBehavior": "recording and analytics of later flows",
    "UpdateContactRoutingCriteria": "routing by skills",
    "UpdatePreviousContactParticipantState": "holds an agent while a caller types",
    "Wait": "chat, tasks and asynchronous functions",
}
"""By type, what it is for."""
