"""Action types of the service that are not described here: their parameters and branches are not checked."""

from __future__ import annotations

from collections.abc import Mapping

_CHAT = "chat only: a caller on the telephone never reaches it"
_ENDED = "Voice ID ended on 20 May 2026"
_TABLES = "data tables are read and written where this runner has none"

BEYOND: Mapping[str, str] = {
    "AssociateContactToCustomerProfile": "customer profiles beyond finding and making one",
    "AuthenticateParticipant": _CHAT,
    "CheckOutboundCallStatus": "outbound campaigns only",
    "CheckVoiceId": _ENDED,
    "CreatePersistentContactAssociation": _CHAT,
    "EvaluateDataTableValues": _TABLES,
    "GetCalculatedAttributesForCustomerProfile": "customer profiles beyond finding and making one",
    "GetCustomerProfileObject": "customer profiles beyond finding and making one",
    "ListDataTableValues": _TABLES,
    "LoadContactContent": "e-mail only",
    "ResumeContact": "tasks only",
    "StartOutboundChatContact": _CHAT,
    "StartVoiceIdStream": _ENDED,
    "UpdateCase": "cases beyond finding and making one",
    "UpdateContactMediaProcessing": _CHAT,
    "UpdateCustomerProfile": "customer profiles beyond finding and making one",
    "UpsertDataTableValues": _TABLES,
}
"""By type, why: it cannot happen in a call, or what it is for."""
