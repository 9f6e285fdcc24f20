"""The page as HTML: one card for each phone."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from local.bankid.app import BankIDApp
from local.bankid.authority import display_name
from local.bankid.order import Order, Stage
from local.bankid.page.words import WORDS

_BUTTONS = {
    Stage.WAITING: ("open",),
    Stage.CALL: ("confirm", "decline", "cancel"),
    Stage.CODE: ("code", "wrong", "cancel"),
}


def page(apps: Iterable[BankIDApp], language: str) -> str:
    words, other = WORDS[language], "en" if language == "sv" else "sv"
    return f"""<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words["title"]}</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
<header>
<h1>{words["title"]}</h1>
<a href="/?language={other}" lang="{other}" hreflang="{other}">{words["other"]}</a>
</header>
<p class="notice">{words["notice"]}</p>
<main aria-live="polite">{phones(apps, language)}</main>
</html>
"""


def phones(apps: Iterable[BankIDApp], language: str) -> str:
    """What changes of it."""
    return "".join(_phone(app, language) for app in apps)


def _phone(app: BankIDApp, language: str) -> str:
    words, number, order = WORDS[language], app.holder.personal_number, app.last
    pending = order if order and order.pending else None
    inside = _order(pending, number, language) if pending else f'<p class="state">{_quiet(order, words)}</p>'
    blocked = f'<p class="state">{words["blocked"]}</p>' if app.blocked else ""
    return (
        f'<article class="{"waiting" if pending else ""}" aria-labelledby="name-{number}">'
        f'<h2 id="name-{number}">{html.escape(app.holder.name)}</h2>'
        f'<p class="number">{number[:8]}-{number[8:]}</p>{blocked}{inside}</article>'
    )


def _quiet(order: Order | None, words: Mapping[str, str]) -> str:
    if order is None:
        return words["nothing"]
    if order.stage is Stage.COMPLETE:
        return words["complete"]
    return words["failed"].format(why=html.escape(order.hint or ""))


def _order(order: Order, number: str, language: str) -> str:
    words, who = WORDS[language], html.escape(display_name(order.relying_party))
    asked = f'<p class="state">{words["waiting"]}</p>'
    if order.stage is Stage.CALL:
        asked = f'<p class="asked">{words[order.asked.call_initiator].format(who=who)}</p>'
    if order.stage is Stage.CODE:
        purpose = "sign" if order.function == "Signing" else "identify"
        asked = f'<p class="asked">{words[purpose].format(who=who)}</p>'
    text = "" if order.opened_at is None else f'<p class="text">{html.escape(order.asked.shown)}</p>'
    buttons = "".join(
        f'<button id="{name}-{number}" name="do" value="{name}"{_main(place)}>{words[name]}</button>'
        for place, name in enumerate(_BUTTONS[order.stage])
    )
    return f'{asked}{text}<form method="post" action="/{number}?language={language}">{buttons}</form>'


def _main(place: int) -> str:
    return ' class="main"' if place == 0 else ""
