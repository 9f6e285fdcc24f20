"""The flows that ship, run word by word: who ends where, with which attributes, having heard what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from flows import templates
from flows.document import parse
from flows.prompts import catalogue
from flows.render import render
from local.clock import VirtualClock
from local.connect import Agent, Circumstances, ConnectInstance, ContactRun, Ending, Fault, LambdaFaults, Queue, Unset
from local.telephone import Call, Ended, Exchange
from local.transcript import Transcript
from tests.local import test_bankid_flow, test_secure_input_flow
from tests.local.connect_calls import CALLER, HANG_UP, NUMBER, THIRD_PARTY, FarEnd, Function, Listener

VOICE = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-voice"
ASSURANCE = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-assurance"
HAND_BACK = "+46800000001"
CODE = "0123456789"
FILLINGS = {
    "lambda:voice": VOICE,
    "module:voice": "voice",
    "lambda:assurance": ASSURANCE,
    "module:agent-view": "agent-view",
    "queue:verified": "arn:queue:verified",
    "queue:not_verified": "arn:queue:not_verified",
}
SAYS = catalogue("en-GB").prompts
OPEN = {"result": "open", "auth_view": "a-handle"}
TRANSFER = {"result": "transfer", "number": THIRD_PARTY, "dtmf": ",,9876543210#", "leg": "a-leg"}
VERIFIED = {"result": "verified", "level": "low", "until": "2027-01-15T08:05:00Z", "subject": "opaque"}
ATTRIBUTES = {
    "auth_result": "verified",
    "auth_method": "voice",
    "auth_level": "low",
    "auth_until": "2027-01-15T08:05:00Z",
    "auth_subject": "opaque",
    "auth_view": "a-handle",
}
WORDS_OF_START = ("opted_out", "locked", "no_number", "proof_needed", "unavailable")
WORDS_OF_RESULT = ("not_verified", "inconclusive", "opted_out", "abandoned", "unavailable")


@dataclass
class Voice:
    """The function `voice`: answers each step one thing after the other, the last for ever."""

    start: list[Mapping[str, Any]] = field(default_factory=lambda: [TRANSFER])
    result: list[Mapping[str, Any]] = field(default_factory=lambda: [VERIFIED])
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, event: dict[str, Any]) -> object:
        parameters = event["Details"]["Parameters"]
        self.asked.append(parameters)
        answers = self.start if parameters["step"] == "start" else self.result
        return answers.pop(0) if len(answers) > 1 else answers[0]


class Centre:
    """The shipped flows at one number; with `dial`, the form of the module that does not resume."""

    def __init__(
        self,
        voice: Voice,
        *,
        dial: bool = False,
        far_end: FarEnd | None = None,
        circumstances: Circumstances | None = None,
        full: bool = False,
        queues: tuple[str, ...] = ("verified", "not_verified"),
        language: str = "en-GB",
    ) -> None:
        self.voice = voice
        self.clock = VirtualClock()
        self.transcript = Transcript()
        self.exchange = Exchange()
        self.agent = Agent()
        self.person = Listener()
        self.far_end = far_end or FarEnd()
        self.exchange.connect(THIRD_PARTY, self.far_end)
        names = {"main": "authenticate-caller", "back": "voice-hand-back", "voice": "voice-dial" if dial else "voice"}
        names["agent-view"] = "agent-view"
        self.assurance = Function([OPEN])
        self.instance = ConnectInstance(
            {NUMBER: "main", HAND_BACK: "back"},
            {key: render(templates.load(name), language, FILLINGS) for key, name in names.items()},
            {VOICE: voice, ASSURANCE: self.assurance},
            [Queue(f"arn:queue:{name}", name, self.agent, full=full) for name in queues],
            exchange=self.exchange,
            clock=self.clock,
            transcript=self.transcript,
            circumstances=circumstances,
        )

    def phone(self, number: str = NUMBER, digits: str = "") -> ContactRun:
        return self.instance.run(Call(number, CALLER, self.person, digits))


def refused(run: ContactRun, word: str) -> bool:
    """Whether the caller reached an agent who sees `word` and nothing that looks like a proof."""
    expected = {"auth_result": word, "auth_method": "voice", "auth_view": "a-handle"} | dict.fromkeys(
        ("auth_level", "auth_until", "auth_subject"), "none"
    )
    return (run.ending, run.queue, run.attributes) == (Ending.AGENT, "not_verified", expected)


@pytest.mark.parametrize("language", ["en-GB", "sv-SE", "nl-NL"])
def test_a_verified_caller_reaches_the_agent_who_sees_the_proof(language: str) -> None:
    tried = Centre(Voice(), language=language)
    run = tried.phone()
    assert (run.ending, run.queue, run.attributes) == (Ending.AGENT, "verified", ATTRIBUTES)
    assert tried.agent.screens[0].attributes == ATTRIBUTES
    says = catalogue(language).prompts
    assert tried.person.heard == [says[key] for key in ("welcome", "voice.hold", "voice.verified", "agent.verified")]
    assert tried.voice.asked == [
        {"step": "start", "language": language},
        {"step": "result", "language": language, "leg": "a-leg"},
    ]
    [asked] = (event["Details"]["Parameters"] for event in tried.assurance.events)
    assert asked == {"step": "view", "auth_result": "verified", "language": language}
    assert tried.far_end.calls[0].caller_id == NUMBER
    assert tried.far_end.calls[0].digits == ",,9876543210#"


def test_nothing_is_kept_of_the_leg_and_everything_of_the_talk_with_the_agent() -> None:
    kept = {step.action: (step.logged, step.recorded) for step in Centre(Voice()).phone().trace}
    assert [kept[action] for action in ("start", "leg", "result")] == [(False, False)] * 3
    assert kept["to-queue"] == (True, True)


def test_nothing_is_kept_of_the_hand_back_code() -> None:
    kept = {step.action: (step.logged, step.recorded) for step in Centre(Voice()).phone(HAND_BACK, f"{CODE}#").trace}
    assert [kept[action] for action in ("code", "result")] == [(False, False)] * 2


@pytest.mark.parametrize("dial", [False, True])
@pytest.mark.parametrize("word", WORDS_OF_START)
def test_without_a_leg_each_word_has_its_prompt_and_an_agent(word: str, dial: bool) -> None:
    tried = Centre(Voice(start=[{"result": word}]), dial=dial)
    assert refused(tried.phone(), word)
    assert tried.person.heard[2:] == [SAYS[f"voice.{word}"], SAYS["agent.not_verified"]]
    assert tried.far_end.calls == []


@pytest.mark.parametrize("word", WORDS_OF_RESULT)
def test_after_a_leg_each_word_has_its_prompt_and_an_agent(word: str) -> None:
    tried = Centre(Voice(result=[{"result": word}]))
    assert refused(tried.phone(), word)
    assert tried.person.heard[2:] == [SAYS[f"voice.{word}"], SAYS["agent.not_verified"]]


def test_enrolment_is_followed_by_a_leg_that_verifies() -> None:
    tried = Centre(Voice(result=[{"result": "enrolled"}, VERIFIED]))
    assert tried.phone().attributes == ATTRIBUTES
    assert [asked["step"] for asked in tried.voice.asked] == ["start", "result"] * 2
    assert SAYS["voice.enrolled"] in tried.person.heard


def test_enrolment_upon_enrolment_ends_with_an_agent() -> None:
    tried = Centre(Voice(result=[{"result": "enrolled"}]))
    assert refused(tried.phone(), "enrolled")
    assert len(tried.far_end.calls) == 2


def test_what_expired_is_said_and_tried_once_more() -> None:
    tried = Centre(Voice(result=[{"result": "expired"}, VERIFIED]))
    assert tried.phone().attributes == ATTRIBUTES
    assert SAYS["voice.expired"] in tried.person.heard


def test_what_expired_twice_ends_with_an_agent() -> None:
    tried = Centre(Voice(result=[{"result": "expired"}]))
    assert refused(tried.phone(), "expired")
    assert tried.person.heard[2:] == [SAYS["voice.expired"], SAYS["voice.expired_again"], SAYS["agent.not_verified"]]
    assert len(tried.far_end.calls) == 2


@pytest.mark.parametrize("answer", [{"result": "unheard_of"}, {"result": "VERIFIED"}, {"verified": "verified"}, {}])
@pytest.mark.parametrize("step", ["start", "result"])
def test_an_answer_of_no_known_word_is_never_verified(step: str, answer: dict[str, str]) -> None:
    voice = Voice(start=[answer]) if step == "start" else Voice(result=[answer])
    assert refused(Centre(voice).phone(), "unavailable")


def test_verified_is_no_answer_to_start() -> None:
    assert refused(Centre(Voice(start=[VERIFIED])).phone(), "unavailable")


@pytest.mark.parametrize("unset", list(Unset))
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_function_that_does_not_answer_means_not_verified(attempt: int, unset: Unset) -> None:
    faults = LambdaFaults({attempt: Fault.TIMES_OUT_AFTER_COMMIT})
    tried = Centre(Voice(), circumstances=Circumstances(faults, unset))
    assert refused(tried.phone(), "unavailable")
    assert SAYS["voice.unavailable"] in tried.person.heard


@pytest.mark.parametrize("dial", [False, True])
@pytest.mark.parametrize("end", [Ended.FAILED, Ended.NO_ANSWER])
def test_a_leg_that_is_not_answered_means_not_verified(end: Ended, dial: bool) -> None:
    tried = Centre(Voice(), dial=dial, far_end=FarEnd([end]))
    assert refused(tried.phone(), "unavailable")
    assert [asked["step"] for asked in tried.voice.asked] == ["start"]


def test_a_caller_who_hangs_up_in_the_leg_leaves_a_contact_without_a_proof() -> None:
    run = Centre(Voice(), far_end=FarEnd([Ended.CALLER_HUNG_UP])).phone()
    assert run.ending is Ending.CALLER_HUNG_UP
    assert run.attributes["auth_result"] == "not_verified"


def test_a_full_queue_is_said_before_the_flow_hangs_up() -> None:
    tried = Centre(Voice(), full=True)
    assert tried.phone().ending is Ending.DISCONNECTED
    assert tried.person.heard[-1] == SAYS["goodbye.busy"]


def test_a_missing_queue_is_apologised_for_before_the_flow_hangs_up() -> None:
    tried = Centre(Voice(), queues=())
    assert tried.phone().ending is Ending.DISCONNECTED
    assert tried.person.heard[-1] == SAYS["goodbye.sorry"]


def test_a_proof_that_cannot_be_written_down_is_none() -> None:
    tried = Centre(Voice(result=[{**VERIFIED, "subject": "x" * 32_700}]))
    run = tried.phone()
    assert refused(run, "unavailable")


def dialling_back(digits: str) -> Centre:
    """A centre in the dial form, whose far end dials the hand-back number and types `digits`."""
    tried = Centre(Voice(), dial=True)
    tried.far_end.meanwhile = lambda call: tried.exchange.dial(Call(HAND_BACK, None, call.person, digits))
    return tried


def test_in_the_dial_form_the_second_contact_gets_the_verdict() -> None:
    tried = dialling_back(f"ww{CODE}#")
    first = tried.phone()
    second = tried.instance.runs[0]
    assert first.ending is Ending.THIRD_PARTY
    assert first.attributes["auth_result"] == "not_verified"
    assert (second.ending, second.queue, second.attributes) == (Ending.AGENT, "verified", ATTRIBUTES)
    assert tried.voice.asked[-1] == {"step": "result", "language": "en-GB", "code": CODE}
    assert tried.person.heard == [SAYS[key] for key in ("welcome", "voice.hold", "voice.verified", "agent.verified")]
    told = repr(tried.instance.runs) + repr(tried.transcript.lines)
    assert CODE not in told


def test_whoever_phones_the_hand_back_number_and_types_nothing_reaches_an_agent_unverified() -> None:
    tried = Centre(Voice(), dial=True)
    assert refused(tried.phone(HAND_BACK), "unavailable")
    assert tried.voice.asked == []


@pytest.mark.parametrize("word", [*WORDS_OF_RESULT, "enrolled", "expired"])
def test_after_a_hand_back_each_word_has_its_prompt_and_an_agent(word: str) -> None:
    tried = dialling_back(f"{CODE}#")
    tried.voice.result = [{"result": word}]
    tried.phone()
    assert refused(tried.instance.runs[0], word)
    said = {"enrolled": "hand_back.enrolled", "expired": "voice.expired_again"}.get(word, f"voice.{word}")
    assert tried.person.heard[2:] == [SAYS[said], SAYS["agent.not_verified"]]


@pytest.mark.parametrize("answer", [{"result": "unheard_of"}, {"result": None}])
def test_after_a_hand_back_an_odd_answer_is_never_verified(answer: dict[str, Any]) -> None:
    tried = dialling_back(f"{CODE}#")
    tried.voice.result = [answer]
    tried.phone()
    assert refused(tried.instance.runs[0], "unavailable")


@pytest.mark.parametrize("prompt", sorted(SAYS[key] for key in ("welcome", "voice.hold", "voice.verified")))
def test_hanging_up_at_a_prompt_ends_the_contact_there(prompt: str) -> None:
    tried = Centre(Voice())
    tried.person = Listener(reactions={prompt: HANG_UP})
    assert tried.phone().ending is Ending.CALLER_HUNG_UP
    assert tried.person.heard[-1] == prompt
    assert tried.agent.screens == []


def test_the_flows_that_were_run_are_the_flows_that_ship() -> None:
    run_as_journeys = {
        "lambda:web_login": VOICE.replace("voice", "web_login"),
        "module:web-login": "web-login",
        "flow:agent-guide": "agent-guide",
        "setting:session_code_length": "8",
        "setting:aws_region": "eu-central-1",
    }
    fillings = FILLINGS | test_secure_input_flow.RELAY_FILLINGS | test_bankid_flow.FILLINGS | run_as_journeys
    names = {parse(render(templates.load(name), "en-GB", fillings)).name for name in templates.NAMES}
    assert names == set(templates.NAMES)
