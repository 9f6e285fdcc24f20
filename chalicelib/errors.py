"""What can go wrong, as one tree with stable codes.

CountersignError                never raised itself
├── Misconfigured               settings or secrets cannot be used; the operator must act
├── BadEvent                    what Connect sent is not an event of this contact centre
├── BadWebhook                  what Twilio sent cannot be part of a leg of ours
├── Undecryptable               what should be a caller's encrypted input is not, or does not open
├── EvidenceRefused             what should be BankID's evidence is not, or is not about what was asked
├── TokenRefused                what should be the result of a web login is not one to rely on
├── AgentRefused                whoever asks for the agent's screen does not show that they are an agent
├── Unexpected                  a fault of ours; stands for an error whose own text might tell too much
└── Unavailable                 something outside did not answer, or not in time
    ├── TableUnavailable
    ├── SecretsUnavailable
    ├── ConnectUnavailable
    ├── EngineUnavailable
    ├── EvidenceUnavailable
    └── RecordingUnavailable
        └── RecordingMissing

An error's text is for the operator who reads the log and never holds anything personal or secret. `code` never
changes once published. What a caller hears is decided where a caller is listening.
"""

from __future__ import annotations

from enum import StrEnum


class CountersignError(Exception):
    """The trunk of the tree; never raised itself."""

    code = "error"


class Misconfigured(CountersignError):
    """Settings or secrets cannot be used. The text names each one and says what it should be."""

    code = "misconfigured"


class BadEvent(CountersignError):
    """What Connect sent is not an event of this contact centre, or lacks what every event has."""

    code = "bad_event"


class BadWebhook(CountersignError):
    """A signed request that cannot be part of a leg: a field is missing, or a ticket does not belong to the call."""

    code = "bad_webhook"


class InputFault(StrEnum):
    """Why a caller's encrypted input was refused. The values never change once published.

    For our own log alone: whoever sends messages learns from every one of them the same.
    """

    # Text that is no message at all.
    NOTHING_TYPED = "nothing_typed"  # absent, empty, or Connect's word Timeout: no error, an ordinary outcome
    NOT_ENCRYPTED = "not_encrypted"  # plain digits: encryption is off in the flow, and the digits stand in its log
    UNRESOLVED_REFERENCE = "unresolved_reference"  # the flow passed "$.StoredCustomerInput", not what it stands for
    LOWER_CASED = "lower_cased"  # a copy from a flow log, which lost its capitals and cannot be opened any more
    MASKED = "masked"  # a copy in which stars stand for the text
    DAMAGED_TEXT = "damaged_text"  # begins as a message, but is not in the one base64 that Connect writes
    CUT = "cut"  # begins as a message, and stops too early
    TOO_LONG = "too_long"  # longer than any message of Connect's
    NOT_A_MESSAGE = "not_a_message"  # none of these

    # A message, but not of the form that Connect writes.
    VERSION = "version"
    TYPE = "type"
    SUITE = "suite"
    ENCRYPTION_CONTEXT = "encryption_context"
    DATA_KEYS = "data_keys"
    PROVIDER = "provider"
    KEY_ID = "key_id"
    DATA_KEY_LENGTH = "data_key_length"
    FRAMING = "framing"
    CONTENT_LENGTH = "content_length"
    SIGNATURE_LENGTH = "signature_length"
    TRAILING_BYTES = "trailing_bytes"

    # Of that form, but it does not open.
    OTHER_KEY_ID = "other_key_id"  # not the key id that the flow named
    PUBLIC_KEY = "public_key"
    SIGNATURE = "signature"
    NO_KEY = "no_key"  # nothing that fits among the private keys of its key id
    WRONG_KEY = "wrong_key"  # none of them opens its data key
    DATA_KEY = "data_key"
    HEADER = "header"
    CONTENT = "content"

    # It opens, but holds what Connect would not have put there.
    ENCRYPTED_TIMEOUT = "encrypted_timeout"  # Connect's word Timeout, which it is not known to encrypt
    NOT_KEYS = "not_keys"  # something that no telephone can type


class Undecryptable(CountersignError):
    """What should be a caller's encrypted input is not, or does not open. `fault` says why, for our own log."""

    code = "undecryptable"

    def __init__(self, fault: InputFault) -> None:
        super().__init__(f"encrypted input was refused: {fault}")
        self.fault = fault

    @property
    def nothing_typed(self) -> bool:
        """Whether the caller typed nothing, which is no error but an ordinary outcome."""
        return self.fault in (InputFault.NOTHING_TYPED, InputFault.ENCRYPTED_TIMEOUT)


class EvidenceFault(StrEnum):
    """Why BankID's evidence was refused. The values never change once published."""

    # The document is not one of BankID's.
    SIZE = "size"
    BASE64 = "base64"
    NOT_XML = "not_xml"
    ENCODING = "encoding"
    FORBIDDEN_MARKUP = "forbidden_markup"  # DOCTYPE, entity, comment, processing instruction, CDATA, namespace prefix
    STRUCTURE = "structure"
    IDS = "ids"
    ALGORITHM = "algorithm"
    REFERENCE = "reference"

    # It is, but nobody can have signed it so.
    DIGEST = "digest"
    CERTIFICATE = "certificate"  # one that cannot be read, or cannot have the place that it has
    WEAK_KEY = "weak_key"
    SIGNATURE = "signature"

    # Somebody signed it, who is no customer of a bank in BankID.
    CHAIN = "chain"  # does not lead to a configured root
    NOT_A_CA = "not_a_ca"
    PATH_LENGTH = "path_length"
    VALIDITY = "validity"  # a certificate was not valid at the time

    # Or nobody says that the certificate still counted.
    OCSP = "ocsp"  # no answer, or none that can be read
    OCSP_ANSWER = "ocsp_answer"  # about another certificate, or about several
    OCSP_RESPONDER = "ocsp_responder"
    OCSP_SIGNATURE = "ocsp_signature"
    OCSP_STATUS = "ocsp_status"
    OCSP_TIME = "ocsp_time"
    OCSP_NONCE = "ocsp_nonce"

    # All of that is right, but it is not what we asked.
    PERSON = "person"
    FUNCTION = "function"
    VISIBLE_DATA = "visible_data"
    NON_VISIBLE_DATA = "non_visible_data"
    RELYING_PARTY = "relying_party"

    NOT_KEPT = "not_kept"  # what should be kept evidence is not


class EvidenceRefused(CountersignError):
    """What should be BankID's evidence is not, or is not about what was asked. `fault` says why."""

    code = "evidence_refused"

    def __init__(self, fault: EvidenceFault) -> None:
        super().__init__(f"BankID's evidence was refused: {fault}")
        self.fault = fault


class TokenFault(StrEnum):
    """Why the token with a web login's result was refused. The values never change once published.

    For our own log alone: whoever sends tokens learns from every refusal the same.
    """

    # The outer layer, which anybody can make who knows our public key.
    TOO_LONG = "too_long"
    FORM = "form"  # not five parts of strict base64url with the lengths that they must have
    HEADER = "header"  # a name or a value in it that the senders do not write
    ALGORITHM = "algorithm"  # not the one of a key type that we take, or another content encryption
    EPHEMERAL_KEY = "ephemeral_key"  # not a point of P-256, or written otherwise
    NO_KEY = "no_key"  # none of our keys is of its type and size
    WRONG_KEY = "wrong_key"  # none of our keys opens it, or it was changed on its way
    ENVELOPE = "envelope"  # it opens, and holds something else than one signed token

    # The inner layer, until its signature is proved.
    SIGNED_FORM = "signed_form"
    SIGNED_HEADER = "signed_header"
    SIGNATURE_ALGORITHM = "signature_algorithm"
    SIGNATURE = "signature"  # no key that we trust has made it

    # Genuine, but not to be used.
    CLAIMS = "claims"  # not one JSON object with every name once
    SUBJECT = "subject"
    STATUS = "status"
    TIMES = "times"  # missing, not whole seconds, or valid for longer than any result is
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    ATTRIBUTES = "attributes"
    SESSION_URL = "session_url"

    UNEXPECTED = "unexpected"  # a fault of ours


class TokenRefused(CountersignError):
    """What should be the result of a web login is not one to rely on. `fault` says why, for our own log."""

    code = "token_refused"

    def __init__(self, fault: TokenFault) -> None:
        super().__init__(f"the result of a web login was refused: {fault}")
        self.fault = fault


class AgentFault(StrEnum):
    """Why an agent's access token was refused. The values never change once published."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    FORM = "form"
    HEADER = "header"
    ALGORITHM = "algorithm"
    KEY = "key"  # not one that the user pool publishes
    SIGNATURE = "signature"

    # Signed by the user pool, but not for this.
    CLAIMS = "claims"
    ISSUER = "issuer"
    CLIENT = "client"
    USE = "use"  # an ID token
    TIMES = "times"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    GROUP = "group"
    NAME = "name"

    UNEXPECTED = "unexpected"  # a fault of ours


class AgentRefused(CountersignError):
    """Whoever asks for the agent's screen has not shown to be an agent. `fault` says why, for our own log."""

    code = "agent_refused"

    def __init__(self, fault: AgentFault) -> None:
        super().__init__(f"an agent's token was refused: {fault}")
        self.fault = fault


class Unexpected(CountersignError):
    """A fault of ours. Raised in place of an error whose own text might hold what must not reach a log."""

    code = "unexpected"


class Unavailable(CountersignError):
    """Something outside did not answer, or not in time, or with nonsense. Never counts as a success."""

    code = "unavailable"


class TableUnavailable(Unavailable):
    """DynamoDB did not take or give an item within the time left."""

    code = "table_unavailable"


class SecretsUnavailable(Unavailable):
    """SSM, or Secrets Manager, did not give the secrets."""

    code = "secrets_unavailable"


class ConnectUnavailable(Unavailable):
    """Connect's admin API did not tell about the instance."""

    code = "connect_unavailable"


class NoAnswer(Unavailable):
    """An outside call brought no whole answer.

    `sent` is False when the request has certainly not been sent. `tls` is OpenSSL's word for what went wrong with TLS,
    such as CERTIFICATE_VERIFY_FAILED (we refused) or TLSV13_ALERT_CERTIFICATE_REQUIRED (they did); "" for the rest.
    """

    code = "no_answer"

    def __init__(self, text: str, *, sent: bool = True, tls: str = "") -> None:
        super().__init__(text)
        self.sent, self.tls = sent, tls


class EngineUnavailable(Unavailable):
    """The voice engine did not answer in time, or with something that is not in its documentation."""

    code = "engine_unavailable"


class EvidenceUnavailable(Unavailable):
    """S3 did not take or give a piece of evidence in time."""

    code = "evidence_unavailable"


class BankIDFault(StrEnum):
    """Why BankID did not do what it was asked: its error codes, and what keeps it from answering with one."""

    ALREADY_IN_PROGRESS = "already_in_progress"  # no order was made, and the one under way has been cancelled too
    INVALID_PARAMETERS = "invalid_parameters"  # also an order that is over, or was made with another certificate
    UNAUTHORIZED = "unauthorized"  # our certificate has no access
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REQUEST_TIMEOUT = "request_timeout"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL_ERROR = "internal_error"
    MAINTENANCE = "maintenance"
    CERTIFICATE = "certificate"  # TLS failed over a certificate: BankID refuses ours, or its own is not to be trusted
    UNANSWERED = "unanswered"  # no answer, not in time, or not a whole one
    UNKNOWN = "unknown"  # an answer that is not in BankID's documentation


class BankIDTrouble(Unavailable):
    """BankID did not do what it was asked. `uncertain`: it may have done so all the same, and we do not know."""

    code = "bankid_trouble"

    def __init__(self, text: str, fault: BankIDFault, *, uncertain: bool) -> None:
        super().__init__(text)
        self.fault, self.uncertain = fault, uncertain


class RecordingUnavailable(Unavailable):
    """Twilio did not hand over a recording in time."""

    code = "recording_unavailable"


class RecordingMissing(RecordingUnavailable):
    """Twilio has no such recording: it never came, or another delivery of the same request has taken it."""

    code = "recording_missing"
