"""The private keys: fetched when needed, parsed once, kept through an outage, never by a name that is not theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from chalicelib.customer_input import keys
from chalicelib.customer_input.keys import PrivateKeys, parsed
from chalicelib.errors import Misconfigured, SecretsUnavailable
from chalicelib.held import (
    FRESH_SECONDS,
    MOST_PARAMETERS,
    RENEWAL_SECONDS,
    RETRY_SECONDS,
    STALE_SECONDS,
    UNKNOWN_SECONDS,
)
from tests.contract.wiring import SteppingClock

PATTERN = "/amazon-connect/encryption/{key-id}/private-key"
KEY_ID = "d4891de8-030f-4d96-90ab-95a99a40dab8"
NAME = PATTERN.replace("{key-id}", KEY_ID)
FIXED = "CONNECT_INPUT_DECRYPTION_KEY"


@cache
def made(bits: int, number: int = 0) -> RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


@dataclass
class Store:
    """SSM: parameters by name, and how often it was asked. While it is `down`, it does not answer."""

    values: dict[str, str] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        wanted = list(names)
        self._ask(*wanted)
        return {name: self.values[name] for name in wanted if name in self.values}

    def under(self, path: str) -> Mapping[str, str]:
        self._ask(path)
        return {name: value for name, value in self.values.items() if name.startswith(path + "/")}

    def _ask(self, *what: str) -> None:
        self.asked.extend(what)
        if self.down:
            raise SecretsUnavailable("no answer")


@pytest.fixture
def store() -> Store:
    return Store({NAME: pem(made(2048))})


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def private_keys(store: Store, clock: SteppingClock) -> PrivateKeys:
    return PrivateKeys(PATTERN, store, clock, lambda: 0.5)


def numbers(found: Iterable[RSAPrivateKey]) -> list[int]:
    return [key.private_numbers().p for key in found]


def of(*made_keys: RSAPrivateKey) -> list[int]:
    return numbers(made_keys)


def test_a_key_is_fetched_once_and_is_the_same_object_from_then_on(store: Store, private_keys: PrivateKeys) -> None:
    [key] = private_keys.of(KEY_ID)
    assert private_keys.of(KEY_ID)[0] is key
    assert store.asked == [NAME]


def test_a_parameter_may_hold_several_keys_in_their_order(store: Store, private_keys: PrivateKeys) -> None:
    store.values[NAME] = pem(made(3072)) + "\n" + pem(made(2048), PrivateFormat.TraditionalOpenSSL)
    assert numbers(private_keys.of(KEY_ID)) == of(made(3072), made(2048))


def test_a_pattern_without_a_key_id_is_one_parameter_for_all(clock: SteppingClock) -> None:
    store = Store({FIXED: pem(made(2048))})
    private_keys = PrivateKeys(FIXED, store, clock)
    private_keys.preload()
    assert numbers(private_keys.of(KEY_ID)) == numbers(private_keys.of("another-id")) == of(made(2048))
    assert store.asked == [FIXED]


@pytest.mark.parametrize(
    "key_id",
    ["", "../../prod/db-password", "a/b", "a.b", "-a", "a b", "é", "a\n", "{key-id}", "a" * 101, "a\x00"],
)
def test_a_key_id_that_could_lead_elsewhere_is_nobodys(store: Store, private_keys: PrivateKeys, key_id: str) -> None:
    assert private_keys.of(key_id) == ()
    assert not private_keys.renewed(key_id)
    assert store.asked == []


def test_all_keys_are_there_before_anybody_calls(store: Store, private_keys: PrivateKeys) -> None:
    other = PATTERN.replace("{key-id}", "another-id")
    store.values |= {other: pem(made(3072)), NAME.replace("private-key", "certificate"): "public"}
    private_keys.preload()
    assert numbers(private_keys.of(KEY_ID)) == of(made(2048))
    assert numbers(private_keys.of("another-id")) == of(made(3072))
    assert store.asked == ["/amazon-connect/encryption"]


def test_a_damaged_key_keeps_no_other_from_working(
    store: Store, private_keys: PrivateKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    store.values = {PATTERN.replace("{key-id}", "bad"): "-----BEGIN nonsense", **store.values}
    private_keys.preload()
    assert json.loads(capsys.readouterr().out)["event"] == "parameter_damaged"
    assert private_keys.of(KEY_ID)
    with pytest.raises(Misconfigured, match="/bad/private-key"):
        private_keys.of("bad")


def test_what_cannot_be_preloaded_is_fetched_by_the_first_call(store: Store, private_keys: PrivateKeys) -> None:
    store.down = True
    private_keys.preload()
    store.down = False
    assert private_keys.of(KEY_ID)


def test_a_pattern_without_a_folder_preloads_nothing_of_others(clock: SteppingClock) -> None:
    store = Store({"connect-key-1": pem(made(2048))})
    private_keys = PrivateKeys("connect-key-{key-id}", store, clock)
    private_keys.preload()
    assert store.asked == []
    assert private_keys.of("1")


def test_after_a_while_the_parameter_is_looked_at_again_and_the_same_text_not_parsed_again(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    [key] = private_keys.of(KEY_ID)
    clock.sleep(FRESH_SECONDS + 1)
    assert private_keys.of(KEY_ID)[0] is key
    assert store.asked == [NAME, NAME]
    store.values[NAME] = pem(made(3072))
    clock.sleep(FRESH_SECONDS + 1)
    assert numbers(private_keys.of(KEY_ID)) == of(made(3072))


@pytest.mark.parametrize("fraction", [0.0, 0.999])
def test_functions_that_started_together_do_not_ask_together(
    store: Store, clock: SteppingClock, fraction: float
) -> None:
    private_keys = PrivateKeys(PATTERN, store, clock, lambda: fraction)
    private_keys.of(KEY_ID)
    clock.sleep(FRESH_SECONDS)
    private_keys.of(KEY_ID)
    assert len(store.asked) == (2 if fraction < 0.5 else 1)


def test_keys_outlive_an_outage_for_a_time_and_ssm_is_not_pestered(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    private_keys.of(KEY_ID)
    store.down = True
    clock.sleep(FRESH_SECONDS + 1)
    assert private_keys.of(KEY_ID)
    assert private_keys.of(KEY_ID)
    assert len(store.asked) == 2
    clock.sleep(RETRY_SECONDS)
    assert private_keys.of(KEY_ID)
    assert len(store.asked) == 3
    clock.sleep(STALE_SECONDS)
    with pytest.raises(SecretsUnavailable):
        private_keys.of(KEY_ID)


def test_without_a_key_in_memory_an_outage_is_an_outage(store: Store, private_keys: PrivateKeys) -> None:
    store.down = True
    with pytest.raises(SecretsUnavailable):
        private_keys.of(KEY_ID)


def test_a_parameter_that_was_damaged_meanwhile_does_not_take_its_keys_away(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    private_keys.of(KEY_ID)
    store.values[NAME] = "oops"
    clock.sleep(FRESH_SECONDS + 1)
    assert numbers(private_keys.of(KEY_ID)) == of(made(2048))


def test_a_parameter_that_was_deleted_takes_its_keys_away(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    private_keys.of(KEY_ID)
    del store.values[NAME]
    clock.sleep(FRESH_SECONDS + 1)
    assert private_keys.of(KEY_ID) == ()


def test_an_unknown_key_id_is_asked_for_once_in_a_while(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    assert private_keys.of("unknown") == private_keys.of("unknown") == ()
    assert not private_keys.renewed("unknown")
    assert len(store.asked) == 1
    clock.sleep(UNKNOWN_SECONDS)
    private_keys.of("unknown")
    assert len(store.asked) == 2


def test_naming_unknown_keys_never_pushes_a_key_out(store: Store, private_keys: PrivateKeys) -> None:
    private_keys.of(KEY_ID)
    for number in range(3 * MOST_PARAMETERS):
        private_keys.of(f"unknown-{number}")
        assert len(private_keys._held) <= MOST_PARAMETERS
    asked = len(store.asked)
    assert private_keys.of(KEY_ID)
    assert len(store.asked) == asked


def test_naming_unknown_keys_pushes_none_out_when_keys_take_all_the_room(
    store: Store, private_keys: PrivateKeys
) -> None:
    known = [str(number) for number in range(MOST_PARAMETERS)]
    store.values = {PATTERN.replace("{key-id}", one): pem(made(2048)) for one in known}
    private_keys.preload()
    assert private_keys.of("unknown") == ()
    store.down = True
    assert all(private_keys.of(one) for one in known)


def test_more_keys_than_fit_push_the_oldest_out(store: Store, private_keys: PrivateKeys) -> None:
    for number in range(MOST_PARAMETERS + 1):
        store.values[PATTERN.replace("{key-id}", str(number))] = pem(made(2048))
        private_keys.of(str(number))
    assert len(private_keys._held) == MOST_PARAMETERS


def test_keys_that_opened_nothing_are_renewed_once(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    private_keys.of(KEY_ID)
    store.values[NAME] = pem(made(3072))
    assert not private_keys.renewed(KEY_ID), "they have only just been fetched"
    clock.sleep(RENEWAL_SECONDS)
    assert private_keys.renewed(KEY_ID)
    assert numbers(private_keys.of(KEY_ID)) == of(made(3072))
    clock.sleep(RENEWAL_SECONDS)
    assert not private_keys.renewed(KEY_ID), "nothing new"
    asked = len(store.asked)
    assert not private_keys.renewed(KEY_ID)
    assert len(store.asked) == asked


def test_a_renewal_that_fails_changes_nothing_and_is_not_repeated_at_once(
    store: Store, private_keys: PrivateKeys, clock: SteppingClock
) -> None:
    private_keys.of(KEY_ID)
    clock.sleep(RENEWAL_SECONDS)
    store.down = True
    assert not private_keys.renewed(KEY_ID)
    assert not private_keys.renewed(KEY_ID)
    assert len(store.asked) == 2
    assert private_keys.of(KEY_ID)


def tampered(key: RSAPrivateKey, **changed: int) -> str:
    whole = key.private_numbers()
    parts = {name: getattr(whole, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")} | changed
    return pem(
        rsa.RSAPrivateNumbers(**parts, public_numbers=whole.public_numbers).private_key(
            unsafe_skip_rsa_key_validation=True
        )
    )


@pytest.mark.parametrize("part", ["d", "dmp1", "dmq1", "iqmp"])
def test_a_key_whose_parts_do_not_agree_is_damaged(part: str) -> None:
    wrong = getattr(made(2048).private_numbers(), part) - 2
    with pytest.raises(Misconfigured):
        parsed(tampered(made(2048), **{part: wrong}), "/p")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret words",
        pem(made(2048))[:-40],
        pem(made(2048)).replace("A", "B", 50),
        pem(made(2040)),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(made(2048), encryption=BestAvailableEncryption(b"word")),
        pem(made(2048)) + pem(made(1024)),
    ],
    ids=["empty", "no PEM", "cut", "altered", "short", "no RSA", "encrypted", "one of two"],
)
def test_what_is_no_usable_key_is_said_to_be_so_without_a_word_of_it(text: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parsed(text, "/the/parameter")
    assert "/the/parameter" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_costly_proof_of_primality_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    skipped: list[bool] = []
    load = keys.load_pem_private_key

    def noting(data: bytes, password: None, *, unsafe_skip_rsa_key_validation: bool = False) -> object:
        skipped.append(unsafe_skip_rsa_key_validation)
        return load(data, password, unsafe_skip_rsa_key_validation=unsafe_skip_rsa_key_validation)

    monkeypatch.setattr(keys, "load_pem_private_key", noting)
    parsed(pem(made(2048)), "/p")
    assert skipped == [True]
