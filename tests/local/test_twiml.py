import pytest

from local.twilio import twiml, verbs
from local.twilio.twiml import TwimlError


def document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()


def test_a_document_becomes_its_verbs_with_twilios_defaults() -> None:
    (say, gather, record, redirect) = twiml.parse(
        document(
            '<!-- greeting --><Say language="sv-SE" voice="Polly.Elin-Neural">Hej\n   på dig</Say>'
            '<Gather action="https://x.example/keys" finishOnKey="" numDigits="4"><Pause/><Say>Kod</Say></Gather>'
            '<Record recordingStatusCallbackEvent="completed absent"/>'
            "<Redirect>/next</Redirect>"
        )
    )
    assert say == verbs.Say("Hej på dig", "Polly.Elin-Neural", "sv-SE")
    assert gather == verbs.Gather(
        (verbs.Pause(1), verbs.Say("Kod")), "https://x.example/keys", finish_on_key="", num_digits=4
    )
    assert record == verbs.Record(recording_status_callback_event=("completed", "absent"))
    assert redirect == verbs.Redirect("/next")


def test_the_defaults_are_twilios() -> None:
    (gather, record, dial) = twiml.parse(document("<Gather/><Record/><Dial><Number>+46101234567</Number></Dial>"))
    assert gather == verbs.Gather(timeout=5, finish_on_key="#", method="POST", action_on_empty_result=False)
    assert record == verbs.Record(timeout=5, max_length=3600, finish_on_key="1234567890*#", play_beep=True)
    assert dial == verbs.Dial((verbs.Number("+46101234567"),), timeout=30, time_limit=14400)


def test_markup_of_speech_is_spoken_without_its_tags() -> None:
    (say,) = twiml.parse(document('<Say>Code <say-as interpret-as="digits">12</say-as><break time="1s"/> ok</Say>'))
    assert say == verbs.Say("Code 12 ok")


def test_a_voice_speaks_its_own_language_without_being_told() -> None:
    assert twiml.parse(document('<Say voice="Polly.Astrid">Hej</Say>'))


@pytest.mark.parametrize("inside", ["", "<Hangup/>", '<Reject reason="busy"/>', "<Play>/a.wav</Play>"])
def test_an_ordinary_document_is_accepted(inside: str) -> None:
    twiml.parse(document(inside))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 11770),
        (b"  \n", 11770),
        (b"<Response>" + b" " * 65536 + b"</Response>", 11750),
        (b"<Response><Say>x</Response>", 12100),
        (b"hello", 12100),
        (b"<response/>", 12102),
        (b"<Say>x</Say>", 12102),
        (b'<Response version="1"/>', 12200),
    ],
)
def test_a_body_that_is_no_document_is_refused(body: bytes, code: int) -> None:
    with pytest.raises(TwimlError) as refused:
        twiml.parse(body)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("inside", "code", "place"),
    [
        ("<say>x</say>", 12200, "say"),
        ("<Speak>x</Speak>", 12200, "Speak"),
        ("hello", 12200, "Response"),
        ("<Number>+46101234567</Number>", 12200, "Number"),
        ("<Hangup/><Reject/>", 12200, "Reject"),
        ('<Hangup now="true"/>', 12200, "Hangup@now"),
        ('<Say loop="-1">x</Say>', 13510, "Say@loop"),
        ('<Say voice="robot">x</Say>', 13511, "Say@voice"),
        ('<Say language="swedish">x</Say>', 13512, "Say@language"),
        ('<Say voice="Polly.Astrid" language="en-US">x</Say>', 13512, "Say"),
        ('<Say voice="Google.sv-SE-Wavenet-A" language="nl-NL">x</Say>', 13512, "Say"),
        ("<Say> </Say>", 13520, "Say"),
        (f"<Say>{'x' * 4097}</Say>", 13521, "Say"),
        ("<Say>x<Pause/></Say>", 12200, "Say/Pause"),
        ('<Play loop="x">/a</Play>', 13410, "Play@loop"),
        ("<Play/>", 11100, "Play"),
        ('<Pause length="0"/>', 13910, "Pause@length"),
        ('<Pause length="1.5"/>', 13910, "Pause@length"),
        ('<Gather finishOnKey="##"/>', 13310, "Gather@finishOnKey"),
        ('<Gather method="PUT"/>', 13312, "Gather@method"),
        ('<Gather timeout="0"/>', 13313, "Gather@timeout"),
        ('<Gather numDigits="0"/>', 13314, "Gather@numDigits"),
        ('<Gather finishonkey="#"/>', 12200, "Gather@finishonkey"),
        ("<Gather><Hangup/></Gather>", 13320, "Gather/Hangup"),
        ("<Gather><Say> </Say></Gather>", 13520, "Gather/Say"),
        ("<Gather>press a key</Gather>", 12200, "Gather"),
        ('<Gather action="ftp://x/y"/>', 11100, "Gather@action"),
        ('<Gather action="/with space"/>', 11100, "Gather@action"),
        ('<Record method="post"/>', 13610, "Record@method"),
        ('<Record timeout="soon"/>', 13611, "Record@timeout"),
        ('<Record maxLength="1"/>', 13612, "Record@maxLength"),
        ('<Record finishOnKey="a"/>', 13613, "Record@finishOnKey"),
        ('<Record transcribe="maybe"/>', 13614, "Record@transcribe"),
        ('<Record playBeep="yes"/>', 13616, "Record@playBeep"),
        ('<Record recordingStatusCallbackEvent="done"/>', 13621, "Record@recordingStatusCallbackEvent"),
        ('<Record trim="all"/>', 12200, "Record@trim"),
        ('<Redirect method="DELETE">/x</Redirect>', 13710, "Redirect@method"),
        ("<Redirect></Redirect>", 11100, "Redirect"),
        ('<Dial method="x"><Number>+46101234567</Number></Dial>', 13210, "Dial@method"),
        ('<Dial timeout="0"><Number>+46101234567</Number></Dial>', 13212, "Dial@timeout"),
        ('<Dial callerId="me"><Number>+46101234567</Number></Dial>', 13214, "Dial@callerId"),
        ("<Dial><Say>x</Say></Dial>", 13215, "Dial/Say"),
        ("<Dial/>", 13223, "Dial"),
        ("<Dial><Number>0101234567</Number></Dial>", 13223, "Dial/Number"),
        ('<Dial><Number sendDigits="1,2">+46101234567</Number></Dial>', 13222, "Dial/Number@sendDigits"),
    ],
)
def test_what_twilio_would_warn_about_is_an_error_with_its_code_and_place(inside: str, code: int, place: str) -> None:
    with pytest.raises(TwimlError) as refused:
        twiml.parse(document(inside))
    assert (refused.value.code, refused.value.place) == (code, place)
