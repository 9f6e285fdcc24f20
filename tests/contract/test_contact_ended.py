"""A call, or a part of it, is over: whoever is in use is told, each whatever becomes of the others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib import agent_view, contact_end
from chalicelib.clock import SKEW_MS
from chalicelib.contact_end import EndParts
from chalicelib.errors import BadEvent, TableUnavailable, Unavailable
from chalicelib.settings import Settings
from chalicelib.table.items import Items
from chalicelib.web_login.contact_end import ViewParts
from local.aws.tap import Tap
from tests.contract.bankid_calls import UNANSWERED, BankIDFlow, ended_event
from tests.contract.feedback_calls import LoggedIn, Noting, soon
from tests.contract.wiring import INSTANCE, SteppingClock

FIRST, SECOND, THIRD = (f"44444444-dddd-4000-8000-{number:012}" for number in (1, 2, 3))


def joined_event(contact: str, segment: str, **detail: object) -> dict[str, Any]:
    """As EventBridge delivers it when a transfer begins."""
    began = {"eventType": "INITIATED", "initiationMethod": "TRANSFER", "previousContactId": contact}
    return ended_event(contact, segment, **began, **detail)


class Karin(LoggedIn):
    """Her call: what Connect says of it, and what is asked of the website's feedback."""

    def __init__(self, items: Items, config: Settings, clock: SteppingClock) -> None:
        super().__init__(items, config, clock, "")
        self.feedback = Noting()
        self.views = ViewParts(clock, self.login.hashes, items, self.feedback)
        self.work = EndParts(INSTANCE, views=self.views)

    def ends(self, segment: str = "") -> None:
        contact_end.take_event(self.work, ended_event(self.contact, segment or self.contact), soon())

    def joins(self, segment: str) -> None:
        contact_end.take_event(self.work, joined_event(self.contact, segment), soon())

    @property
    def logouts(self) -> int:
        assert set(self.feedback.asked) <= {(self.contact, "logout")}
        return len(self.feedback.asked)

    def is_seen(self, segment: str = "", later_ms: int = 0) -> bool:
        """By an agent whose part of the call is `segment`."""
        at = self.login.now() + later_ms
        return agent_view.is_open(
            self.login.hashes, self.contact, self.record(), segment or self.contact, at, 3_600_000
        )


@pytest.fixture
def karin(feedback_items: Items, feedback_config: Settings, clock: SteppingClock) -> Karin:
    return Karin(feedback_items, feedback_config, clock)


# One call, one part.


def test_a_call_that_is_over_is_seen_for_two_minutes_more_and_its_login_is_told(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.ends()
    assert karin.logouts == 1
    assert karin.is_seen(later_ms=agent_view.LASTS_MS - 1)
    assert not karin.is_seen(later_ms=agent_view.LASTS_MS)


def test_an_event_that_comes_again_prolongs_nothing(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.ends()
    karin.clock.at += 60
    karin.ends()
    assert not karin.is_seen(later_ms=agent_view.LASTS_MS - 60_000)


def test_a_call_without_a_login_closes_its_view_and_tells_no_website(karin: Karin) -> None:
    karin.gives_view()
    karin.ends()
    assert not karin.is_seen(later_ms=agent_view.LASTS_MS + SKEW_MS)
    assert karin.logouts == 0


def test_a_call_that_had_nothing_leaves_nothing_in_the_table(karin: Karin) -> None:
    karin.joins(SECOND)
    karin.ends()
    assert karin.record() == {}
    assert karin.logouts == 0


def test_where_no_website_is_told_of_anything_the_view_closes_all_the_same(karin: Karin) -> None:
    karin.work = EndParts(INSTANCE, views=replace(karin.views, feedback=None))
    karin.links("https://good.example/")
    karin.ends()
    assert not karin.is_seen(later_ms=agent_view.LASTS_MS)


def test_a_part_of_a_call_costs_one_request(
    account: dict[str, str], table: str, karin: Karin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tap := Tap(account["AWS_ENDPOINT_URL"])).server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        karin.work = EndParts(INSTANCE, views=replace(karin.views, items=Items(table)))
        karin.ends()
        assert [str(request) for request in tap.requests] == ["UpdateItem contact: its condition did not hold"]


# A transfer.


def test_the_end_of_the_first_part_of_a_transferred_call_is_not_the_end_of_the_call(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.joins(SECOND)
    karin.ends()
    assert karin.logouts == 0
    assert not karin.is_seen(karin.contact, later_ms=agent_view.LASTS_MS)
    assert karin.is_seen(SECOND, later_ms=agent_view.LASTS_MS), "the agent who has taken over"
    karin.ends(SECOND)
    assert karin.logouts == 1


def test_however_often_a_call_is_transferred_its_login_is_told_at_the_end(karin: Karin) -> None:
    karin.links("https://good.example/")
    for here, there in ((karin.contact, SECOND), (SECOND, THIRD)):
        karin.joins(there)
        karin.ends(here)
    assert karin.logouts == 0
    karin.ends(THIRD)
    assert karin.logouts == 1


def test_an_agent_who_is_asked_and_hangs_up_again_does_not_end_the_call(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.joins(SECOND)
    karin.ends(SECOND)
    assert karin.logouts == 0
    karin.ends()
    assert karin.logouts == 1


def test_a_login_that_is_linked_after_a_transfer_ends_with_the_part_that_it_was_linked_in(karin: Karin) -> None:
    karin.joins(SECOND)
    karin.ends()
    karin.links("https://good.example/", SECOND)
    karin.joins(THIRD)
    karin.ends(SECOND)
    assert karin.logouts == 0
    karin.ends(THIRD)
    assert karin.logouts == 1


def test_a_beginning_that_arrives_after_its_end_keeps_nothing_open(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.ends(SECOND)
    karin.joins(SECOND)
    karin.ends()
    assert karin.logouts == 1


def test_a_leg_to_somebody_else_or_a_supervisors_who_listened_in_ends_without_the_call(karin: Karin) -> None:
    karin.links("https://good.example/")
    karin.ends(SECOND)
    assert karin.logouts == 0
    assert karin.is_seen(later_ms=agent_view.LASTS_MS), "the agent still talks to the caller"
    karin.ends()
    karin.clock.at += 60
    karin.ends(THIRD)
    assert not karin.is_seen(SECOND, later_ms=agent_view.LASTS_MS - 60_000)


@pytest.mark.parametrize(
    "detail",
    [
        {"initiationMethod": "INBOUND"},
        {"initiationMethod": "MONITOR"},
        {"eventType": "CONNECTED_TO_AGENT"},
        {"instanceArn": INSTANCE[:-1] + "0"},
        {"contactId": ""},
    ],
)
def test_other_beginnings_are_refused(karin: Karin, detail: dict[str, object]) -> None:
    given = joined_event(karin.contact, SECOND)
    given["detail"].update(detail)
    with pytest.raises(BadEvent):
        contact_end.take_event(karin.work, given, soon())


# Several methods.


@pytest.fixture
def both(bankid: BankIDFlow, karin: Karin) -> Karin:
    """The same call has an order under way."""
    bankid.start(contact=karin.contact)
    karin.links("https://good.example/")
    karin.work = EndParts(INSTANCE, bankid.parts.orders, karin.views)
    return karin


def test_the_end_of_a_call_reaches_its_order_and_its_view_once_each(bankid: BankIDFlow, both: Karin) -> None:
    both.ends()
    both.ends()
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    assert not both.is_seen(later_ms=agent_view.LASTS_MS)


def test_a_bankid_that_fails_keeps_no_view_open_and_is_told_again(
    bankid: BankIDFlow, both: Karin, capsys: pytest.CaptureFixture[str]
) -> None:
    bankid.bankid.cancels = [UNANSWERED]
    with pytest.raises(Unavailable, match="BankID"):
        both.ends()
    assert not both.is_seen(later_ms=agent_view.LASTS_MS)
    both.ends()
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    failed = [(line["method"], line["code"]) for line in lines if line["event"] == "contact_end_failed"]
    assert failed == [("bankid", "unavailable")]


def test_a_view_that_cannot_be_closed_keeps_no_order_open_and_is_told_again(bankid: BankIDFlow, both: Karin) -> None:
    working, both.work = both.work, replace(both.work, views=replace(both.views, items=Items("no-such-table")))
    with pytest.raises(TableUnavailable):
        both.ends()
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    assert both.logouts == 0
    both.work = working
    both.ends()
    assert both.logouts == 1


def test_of_two_that_fail_the_first_is_raised(bankid: BankIDFlow, both: Karin) -> None:
    bankid.bankid.cancels = [UNANSWERED]
    both.work = replace(both.work, views=replace(both.views, items=Items("no-such-table")))
    with pytest.raises(Unavailable, match="BankID"):
        both.ends()


def test_a_method_that_takes_its_time_leaves_the_other_its_share(bankid: BankIDFlow, both: Karin) -> None:
    left: list[float] = []

    class Slow(Items):
        def __init__(self) -> None: ...

        def write(self, key: str, write: Any, deadline: Any) -> Any:
            left.append(deadline.remaining())
            raise TableUnavailable("as the test says")

    orders = replace(bankid.parts.orders, items=Slow())
    both.work = EndParts(INSTANCE, orders, replace(both.views, items=Slow()))
    with pytest.raises(TableUnavailable):
        contact_end.take_event(both.work, ended_event(both.contact), soon())
    assert left[0] <= 15 < left[1]


# What it is put together from.


@pytest.fixture
def config(_connect_settings: None, feedback_config: Settings) -> Settings:
    return replace(feedback_config, table_name="countersign-test")


def test_where_nothing_is_in_use_no_secret_is_fetched(config: Settings, clock: SteppingClock) -> None:
    boto3.client("ssm").delete_parameter(Name=config.hash_key_name)
    assert contact_end.build(config, clock) == EndParts(INSTANCE)


@pytest.mark.parametrize(
    "changes", [{"phonenumber": "+46101234567"}, {"workspace_origin": "https://exempel.my.connect.aws"}]
)
def test_web_logins_and_the_agents_screen_each_have_views_to_close(
    config: Settings, clock: SteppingClock, changes: dict[str, str]
) -> None:
    made = contact_end.build(replace(config, **changes), clock)  # type: ignore[arg-type]
    assert made.orders is None
    assert made.views is not None
    assert made.views.feedback is None
