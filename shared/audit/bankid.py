"""Events of BankID by phone."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.bankid.evidence.verify import Checked
from chalicelib.bankid.flow_steps import STEPS
from chalicelib.bankid.hints import Prompt, Result
from chalicelib.bankid.judging import Risk
from chalicelib.bankid.starting import Word
from shared.audit.event import ORDINARY, YES_NO, Event
from shared.audit.kinds import BANKID_FAULT, CONTACT, EVIDENCE_FAULT, INPUT_FAULT, TEXT, Sometimes, words

EVENTS: Mapping[str, Event] = {
    "bankid_step": Event(
        "The function `bankid` answered.",
        ORDINARY,
        {"step": words(STEPS), "result": words(Word, Result), "contact": CONTACT},
    ),
    "bankid_completed": Event(
        "A caller proved who they are; `chain` says whether the evidence was checked to BankID's root.",
        "`young_bankid` in numbers: look at those calls.",
        {"chain": words(Checked), "risk": words(Risk), "contact": CONTACT},
    ),
    "bankid_suspicious": Event(
        "Somebody declined in the app, another order pushed this one aside, or BankID named somebody else.",
        "Look at several in an hour.",
        {"reason": words(Prompt), "contact": CONTACT},
    ),
    "bankid_evidence_refused": Event(
        "BankID's answer was false, or the configured roots are.",
        "Act at once.",
        {"reason": EVIDENCE_FAULT, "contact": CONTACT},
    ),
    "bankid_evidence_not_kept": Event("The bucket did not take the evidence.", "See to the bucket.", {"reason": TEXT}),
    "bankid_trouble": Event(
        "BankID or the table did not do what it was asked; `certain` `no`: there may be an order all the same.",
        "`unauthorized` or `certificate`: our certificate. Others: see whether it lasts.",
        {
            "step": words(STEPS),
            "reason": BANKID_FAULT,
            "certain": Sometimes(YES_NO),
            "contact": CONTACT,
        },
    ),
    "bankid_refused": Event(
        "A contact that says neither who called whom.",
        "A flow in which BankID cannot be used: take the module out.",
        {"reason": words("initiation_method"), "contact": CONTACT},
    ),
    "bankid_input_refused": Event(
        "What should be a typed personal number is none, or does not open.",
        "As `secure_input_refused`.",
        {"reason": INPUT_FAULT, "contact": CONTACT},
    ),
    "bankid_no_order": Event("A flow collects where no order is.", "In numbers: mend the flow.", {"contact": CONTACT}),
    "bankid_too_late": Event(
        "BankID's yes came when the order was over for us.", "In numbers: mend the flow.", {"contact": CONTACT}
    ),
}
