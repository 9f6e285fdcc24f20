from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contact import Contact, answer
from chalicelib.errors import BadEvent

INSTANCE = "arn:aws:connect:eu-central-1:111122223333:instance/12345678-90ab-cdef-1234-567890abcdef"
OTHER_INSTANCE = INSTANCE.replace("12345678", "87654321")

# Strangely shaped values, as they could stand anywhere in an event.
SHAPES: list[object] = [None, "", "text", 0, 1, 1.5, True, False, [], ["a"], {}, {"a": 1}]


def event(parameters: object = None, **data: object) -> dict[str, Any]:
    contact_data: dict[str, object] = {
        "InitialContactId": "b0a1c2d3-0000-4000-8000-000000000001",
        "ContactId": "b0a1c2d3-0000-4000-8000-000000000002",
        "InstanceARN": INSTANCE,
        "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": "+46701234567"},
        **data,
    }
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": contact_data, "Parameters": parameters}}


def read(of: object) -> Contact:
    return Contact.from_event(of, INSTANCE)


def test_a_contact_is_its_initial_contact_id_its_caller_and_its_parameters() -> None:
    assert read(event({"step": "start"})) == Contact(
        "b0a1c2d3-0000-4000-8000-000000000001",
        "+46701234567",
        {"step": "start"},
        "b0a1c2d3-0000-4000-8000-000000000002",
    )


@pytest.mark.parametrize("absent", [None, ""])
def test_a_contact_that_was_never_transferred_may_name_only_its_contact_id(absent: object) -> None:
    assert read(event(InitialContactId=absent)).id == "b0a1c2d3-0000-4000-8000-000000000002"


def test_absent_null_and_empty_parameters_are_the_same() -> None:
    absent: dict[str, object] = {"step": "result"}
    expected = read(event(absent))
    assert read(event({**absent, "leg": None})) == expected
    assert read(event({**absent, "leg": ""})) == expected
    assert "leg" not in expected.parameters


def test_no_parameters_at_all_are_none_given() -> None:
    assert read(event(None)).parameters == {}
    without = event()
    del without["Details"]["Parameters"]
    assert read(without).parameters == {}


@pytest.mark.parametrize("value", [shape for shape in SHAPES if not isinstance(shape, str)])
def test_a_parameter_that_is_no_text_is_not_given(value: object) -> None:
    assert read(event({"step": value})).parameters == {}


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        {},
        {"Type": "TELEPHONE_NUMBER"},
        {"Type": "TELEPHONE_NUMBER", "Address": None},
        {"Type": "TELEPHONE_NUMBER", "Address": ""},
        {"Type": "TELEPHONE_NUMBER", "Address": "Anonymous"},
        {"Type": "TELEPHONE_NUMBER", "Address": "anonymous"},
        {"Type": "TELEPHONE_NUMBER", "Address": "0701234567"},
        {"Type": "TELEPHONE_NUMBER", "Address": "+46701234567\n"},
        {"Type": "TELEPHONE_NUMBER", "Address": "+\u0664\u0666\u0667\u0660\u0661\u0662\u0663"},
        {"Type": "TELEPHONE_NUMBER", "Address": "+4670123456789012345"},
        {"Type": "TELEPHONE_NUMBER", "Address": ["+46701234567"]},
        {"Type": "SIP", "Address": "+46701234567"},
        {"Type": "VOIP", "Address": "+46701234567"},
        "+46701234567",
    ],
)
def test_a_withheld_number_or_one_that_is_no_telephone_number_is_no_caller(endpoint: object) -> None:
    assert read(event(CustomerEndpoint=endpoint)).caller is None


@pytest.mark.parametrize("instance", [OTHER_INSTANCE, INSTANCE.upper(), INSTANCE + " ", *SHAPES])
def test_an_event_of_another_instance_is_refused(instance: object) -> None:
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        read(event(InstanceARN=instance))


@pytest.mark.parametrize("identifier", [None, "", "a/b", "a b", "x" * 65, "å", 7, ["a"], {"a": 1}])
def test_an_event_without_a_contact_id_is_refused(identifier: object) -> None:
    with pytest.raises(BadEvent, match="contact id"):
        read(event(InitialContactId=identifier, ContactId=None))


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not isinstance(shape, dict)])
def test_what_is_no_connect_event_is_refused(shape: object) -> None:
    for wrong in (shape, {"Details": shape}, {"Details": {"ContactData": shape}}):
        with pytest.raises(BadEvent, match="is not an object"):
            read(wrong)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape is not None and not isinstance(shape, dict)])
def test_parameters_that_are_no_object_are_refused(shape: object) -> None:
    with pytest.raises(BadEvent, match="Parameters is not an object"):
        read(event(shape))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(endpoint=json_values, parameters=st.none() | st.dictionaries(st.text(), json_values), contact_id=json_values)
def test_whatever_stands_in_an_event_it_is_a_contact_or_refused(
    endpoint: object, parameters: object, contact_id: object
) -> None:
    hostile = event(parameters, CustomerEndpoint=endpoint, InitialContactId=contact_id)
    try:
        contact = read(hostile)
    except BadEvent:
        return
    assert contact.id
    assert all(contact.parameters.values())
    assert {type(value) for value in contact.parameters.values()} <= {str}


def test_an_answer_is_flat_and_begins_with_its_result() -> None:
    assert list(answer("transfer", number="+46101234567").items()) == [
        ("result", "transfer"),
        ("number", "+46101234567"),
    ]


def test_an_answer_with_an_empty_value_is_never_given_since_connect_refuses_it() -> None:
    with pytest.raises(ValueError, match="leg, number"):
        answer("transfer", number="", dtmf="1", leg="")
