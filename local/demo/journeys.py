"""The journeys of a call: by voice, with digits typed in confidence, by BankID, by a login on the web; good and bad."""

from __future__ import annotations

from local import callers
from local.centre import PAYMENT_NUMBER, Centre
from local.connect.circumstances import Circumstances
from local.connect.record import ContactRun, Ending
from local.consumers.inbox import Inbox
from local.demo import bankid, web_login
from local.demo.rotation import rotated_key
from local.demo.stage import (
    KARINS_NUMBER,
    Journey,
    Stage,
    begin,
    enrol_karin,
    must,
    no_dead_air,
    reaches,
    verified,
)
from local.people import Caller, Typist, voice
from local.twilio.faults import RequestKind, Signature
from local.twilio.webhooks import WebhookRequest
from local.voiceit import VoiceItFaults


def new_caller(stage: Stage) -> str:
    with stage.centre() as centre:
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        no_dead_air(centre)
        return f"enrolled and verified in one call, {len(centre.tap.requests)} requests to the table"


def returning_caller(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))
        no_dead_air(centre)
        return f"verified, {len(centre.tap.requests)} requests to the table"


def another_person(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        run = centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        reaches(run, "not verified", "not_verified")
        no_dead_air(centre)
        return "three tries, not verified, to an agent who is told so"


def dropped_call(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        run = centre.call(Caller(voice("karin", (5,)), hangs_up_at="Thank you. One moment"), KARINS_NUMBER)
        must(run.ending is Ending.CALLER_HUNG_UP, "Karin's call drops before her flow resumes")
        reported = [line.at for line in centre.transcript.lines if "voice_report: result verified" in line.what]
        must(len(reported) == 1, "her voice was recognised")
        must(centre.clock.now() - reported[0] < 10, "her verdict is still alive when the spoofer phones")
        run = centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        reaches(run, "not verified", "not_verified")
        return "Karin's verdict dies with her contact; the spoofer has to speak, and is not verified"


def forgeries(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        status = centre.line.requests_of(RequestKind.RECORDING_STATUS)[-1]
        enrolled = _enrolments(centre)
        _forged(centre, status)
        _replayed(centre, status)
        _guessed(centre)
        must(_enrolments(centre) == enrolled, "no recording was added to Karin's voice print")
        run = centre.call(Caller(voice("mallory", (4, 5, 6))), KARINS_NUMBER)
        reaches(run, "not verified", "not_verified")
        return "forged: 403 and not a word; replayed: nothing changes; guessed: nobody is connected"


def _forged(centre: Centre, status: WebhookRequest) -> None:
    before = len(centre.tap.requests)
    sid = "RE" + "0" * 32
    for signature in (Signature.WRONG, Signature.MISSING, Signature.RECORDED):
        answer = centre.line.send_again(status, changes={"RecordingSid": sid}, signature=signature)
        centre.say("attacker", f"posts a recording status, {signature.value}: HTTP {answer.status}")
        must(answer.status == 403 and not answer.answer, "a forged webhook gets 403 and an empty body")
    must(len(centre.tap.requests) == before, "a forged webhook touches nothing in the table")


def _replayed(centre: Centre, status: WebhookRequest) -> None:
    before = len(centre.voiceit.calls)
    answer = centre.line.send_again(status)
    centre.say("attacker", f"replays a genuine recording status: HTTP {answer.status}")
    judged = [call for call in centre.voiceit.calls[before:] if call.method == "POST"]
    must(not judged, "a replayed recording is not judged again")


def _guessed(centre: Centre) -> None:
    guesser = Caller([])
    centre.dial_twilio(guesser, KARINS_NUMBER, "1234567890#")
    must(any("could not be connected" in heard for heard in guesser.heard), "a guessed code is told the same as none")


def _enrolments(centre: Centre) -> int:
    """Recordings that VoiceIt has added to voice prints so far."""
    return sum((call.path, call.code) == ("/enrollments/voice", "SUCC") for call in centre.voiceit.calls)


def bad_recording(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        karin = Caller([callers.bad("too_quiet"), *voice("karin", (6,))])
        verified(centre.call(karin, KARINS_NUMBER))
        must(any("too quiet" in heard for heard in karin.heard), "Karin hears what was wrong")
        no_dead_air(centre)
        return "told what was wrong, verified at the second try"


def engine_trouble(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.voiceit.faults = VoiceItFaults(down=True)
        reaches(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER), "not verified", "inconclusive")
        centre.voiceit.faults = VoiceItFaults(slow_seconds=6.0)
        verified(centre.call(Caller(voice("karin", (6,))), KARINS_NUMBER))
        no_dead_air(centre)
        return "down: an agent, not verified; six seconds slow: verified without dead air"


def interrupted_enrolment(stage: Stage) -> str:
    with stage.centre() as centre:
        first = centre.call(Caller(voice("karin", (1,)), hangs_up_at="Once more"), KARINS_NUMBER)
        must(first.ending is Ending.CALLER_HUNG_UP, "Karin hangs up after one recording")
        karin = Caller(voice("karin", (2, 3, 4)))
        verified(centre.call(karin, KARINS_NUMBER))
        must(any("carry on" in heard for heard in karin.heard), "the next call takes up where the first stopped")
        must(_enrolments(centre) == 3, "three recordings make the voice print, over two calls")
        return "two more recordings complete the voice print, and she is verified"


def late_flow(stage: Stage) -> str:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.connect.circumstances = Circumstances(resume_delays_seconds=(11.0,))
        karin = Caller(voice("karin", (5, 6)))
        verified(centre.call(karin, KARINS_NUMBER))
        must(any("too long" in heard for heard in karin.heard), "Karin hears that the check expired")
        return "eleven seconds are too many: expired, said so, and verified on the next leg"


def withheld_number(stage: Stage) -> str:
    with stage.centre() as centre:
        run = centre.call(Caller([]), None)
        reaches(run, "not verified", "no_number")
        no_dead_air(centre)
        return "no number, no voice check, an agent"


def dialled_back(stage: Stage) -> str:
    with stage.centre({"HAND_BACK": "dial"}) as centre:
        centre.call(Caller(voice("karin", (1, 2, 3))), KARINS_NUMBER)
        must(_enrolments(centre) == 3, "Karin is enrolled")
        begin(centre, "Karin has enrolled in an earlier call")
        centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER)
        [second_contact] = [run for run in centre.connect.runs[-2:] if run.queue]
        verified(second_contact)
        no_dead_air(centre)
        return "Twilio dials Connect and types a code; the second contact is verified"


CARD = "4111111111111111"
"""The card networks' own numbers for tests; so is the next."""
OTHER_CARD = "5555555555554444"


def _types(*typed: str) -> Typist:
    """Somebody who types one thing after the other, each time that they are asked."""
    return Typist(list(typed))


def _input(run: ContactRun, result: str) -> None:
    must(run.queue == "not verified", f"the caller reaches an agent ({run.ending.value}, {run.defect})")
    told = run.attributes.get("input_result")
    must(told == result, f"the agent sees '{result}' ({dict(run.attributes)})")


def typed_card(stage: Stage) -> str:
    with stage.centre() as centre:
        run = centre.call(_types(f"{CARD}#"), KARINS_NUMBER, PAYMENT_NUMBER)
        _input(run, "ok")
        must(run.attributes["input_last4"] == CARD[-4:], "the agent sees the last four digits")
        for inbox in (centre.consumers.payments, centre.consumers.archive):
            must(_read_by(inbox) == [CARD], f"the consumer {inbox.name} reads the number, once")
        told = centre.redeem(run.contact_id, run.attributes["input_token"])
        must(told.get("value") == CARD, "the system that may redeem it gets the number")
        again = centre.redeem(run.contact_id, run.attributes["input_token"])
        must(again == {"result": "redeemed"}, "and nobody gets it twice")
        seen = repr((centre.transcript.lines, centre.log.lines, run, [a.screens for a in centre.agents.values()]))
        must(CARD not in seen, "the number is readable nowhere else")
        no_dead_air(centre)
        return "token and last four to the agent, the number to two consumers and, once, to who redeems the token"


def _read_by(inbox: Inbox) -> list[str]:
    return [received.digits for received in inbox.received.values()]


def consumer_down(stage: Stage) -> str:
    with stage.centre() as centre:
        payments, archive = centre.consumers.payments, centre.consumers.archive
        archive.answers = [503, None]
        _input(centre.call(_types(f"{CARD}#"), KARINS_NUMBER, PAYMENT_NUMBER), "ok")
        must(_read_by(payments) == _read_by(archive) == [CARD], "both read the number in the end")
        must((len(payments.posts), len(archive.posts)) == (1, 3), "only the one that did not answer is posted to again")
        archive.answers = [503] * 3
        later = _types(f"{OTHER_CARD}#")
        _input(centre.call(later, KARINS_NUMBER, PAYMENT_NUMBER), "ok")
        must(any("a little longer" in heard for heard in later.heard), "the caller is told that it takes longer")
        must(
            _read_by(payments) == _read_by(archive) == [CARD, OTHER_CARD],
            "the flow's second try reaches who was missing",
        )
        must(len(payments.posts) == 2, "and nobody else")
        archive.answers = [503] * 6
        _input(centre.call(_types(f"{CARD}#"), KARINS_NUMBER, PAYMENT_NUMBER), "unavailable")
        return "posted again until it answers; if it does not, an agent takes over"


def nothing_typed(stage: Stage) -> str:
    with stage.centre() as centre:
        silent = _types()
        _input(centre.call(silent, KARINS_NUMBER, PAYMENT_NUMBER), "no_input")
        must(any("did not receive" in heard for heard in silent.heard), "the caller is asked again")
        mistaken = _types("4111111111111112#", f"{CARD}#")
        _input(centre.call(mistaken, KARINS_NUMBER, PAYMENT_NUMBER), "ok")
        must(any("cannot be right" in heard for heard in mistaken.heard), "a mistyped number is asked for again")
        no_dead_air(centre)
        return "nothing, twice: an agent; a wrong digit: asked again, then taken"


def parameters_down(stage: Stage) -> str:
    # Without a folder in its name, no key is fetched before it is needed.
    with stage.centre({"INPUT_PRIVATE_KEY_NAME": "input-key-{key-id}"}) as centre:
        _input(centre.call(_types("12#", "12#", "12#"), KARINS_NUMBER, PAYMENT_NUMBER), "invalid")
        centre.tap.parameters_down = True
        _input(centre.call(_types(f"{CARD}#"), KARINS_NUMBER, PAYMENT_NUMBER), "ok")
    with stage.centre({"INPUT_PRIVATE_KEY_NAME": "input-key-{key-id}"}) as centre:
        centre.tap.parameters_down = True
        caller = _types(f"{CARD}#")
        _input(centre.call(caller, KARINS_NUMBER, PAYMENT_NUMBER), "unavailable")
        must(any("cannot take your number" in heard for heard in caller.heard), "the caller is told")
        no_dead_air(centre)
        return "keys in memory go on opening; without them an agent takes over"


JOURNEYS = (
    Journey("A new caller consents, enrols with three recordings, and is verified on the next leg", new_caller),
    Journey("The same caller phones again and is verified", returning_caller),
    Journey("Another person with the same caller id is not", another_person),
    Journey("A verified caller's call drops; a spoofer with the same number phones within ten seconds", dropped_call),
    Journey("A forged webhook, a replayed webhook and a guessed leg code get nowhere", forgeries),
    Journey("The caller fails once with a bad recording, then succeeds", bad_recording),
    Journey("VoiceIt is down, then takes six seconds", engine_trouble),
    Journey("A hang-up after one enrolment: the next call completes it", interrupted_enrolment),
    Journey("A flow that resumes too late hears expired, says so and tries again", late_flow),
    Journey("A withheld number reaches an agent", withheld_number),
    Journey("The second journey again, by dialling back", dialled_back),
    Journey(
        "A card number is typed: last four to the agent, the number to two consumers, nothing anywhere else", typed_card
    ),
    Journey("Nothing is typed, and then a wrong digit", nothing_typed),
    Journey("SSM is down while a card number is typed", parameters_down),
    Journey("A consumer of card numbers does not answer, then does", consumer_down),
    Journey(
        "A key is rotated in mid-day",
        rotated_key,
        apart="it waits for an hour, and reads in the log which key opened what",
    ),
    *bankid.JOURNEYS,
    *web_login.JOURNEYS,
)
