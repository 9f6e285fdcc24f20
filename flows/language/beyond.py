"""What the service knows and no call is played with: types that are not described here, and reasons for parameters."""

from __future__ import annotations

from collections.abc import Mapping

_CHAT = "chat only: a caller on the telephone never reaches it"
VOICE_ID_ENDED = "Voice ID ended on 20 May 2026"
VOICE_CONNECTOR = "a connection by SIP, and the telephone network of the laptop has numbers alone"
_TABLES = "data tables are read and written where this runner has none"

BEYOND: Mapping[str, str] = {
    "AssociateContactToCustomerProfile": "customer profiles beyond finding and making one",
    "AuthenticateParticipant": _CHAT,
    "CheckOutboundCallStatus": "outbound campaigns only",
    "CheckVoiceId": VOICE_ID_ENDED,
    "CreatePersistentContactAssociation": _CHAT,
    "EvaluateDataTableValues": _TABLES,
    "GetCalculatedAttributesForCustomerProfile": "customer profiles beyond finding and making one",
    "GetCustomerProfileObject": "customer profiles beyond finding and making one",
    "ListDataTableValues": _TABLES,
    "LoadContactContent": "e-mail only",
    "ResumeContact": "tasks only",
    "StartOutboundChatContact": _CHAT,
    "StartVoiceIdStream": VOICE_ID_ENDED,
    "UpdateCase": "cases beyond finding and making one",
    "UpdateContactMediaProcessing": _CHAT,
    "UpdateCustomerProfile": "customer profiles beyond finding and making one",
    "UpsertDataTableValues": _TABLES,
}
"""By type, why: it cannot happen in a call, or what it is for."""
