"""What the page says, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "BankID on a laptop",
        "notice": "A stand-in for trying things out. No real BankID, and no real people.",
        "other": "Svenska",
        "nothing": "No order is waiting.",
        "waiting": "An order is waiting.",
        "user": "Have you called {who}?",
        "RP": "Has {who} called you?",
        "identify": "Identify yourself to {who}",
        "sign": "Sign for {who}",
        "open": "Open the app",
        "confirm": "Yes, I am in the call",
        "decline": "No, that is not me",
        "code": "Enter the security code",
        "wrong": "Enter a wrong code",
        "cancel": "Cancel",
        "complete": "The last order was completed.",
        "failed": "The last order failed: {why}.",
        "blocked": "This BankID is blocked.",
    },
    "sv": {
        "title": "BankID på en bärbar dator",
        "notice": "En ersättare att prova med. Inget riktigt BankID, och inga riktiga personer.",
        "other": "English",
        "nothing": "Ingen begäran väntar.",
        "waiting": "En begäran väntar.",
        "user": "Har du ringt till {who}?",
        "RP": "Har {who} ringt till dig?",
        "identify": "Legitimera dig hos {who}",
        "sign": "Skriv under hos {who}",
        "open": "Öppna appen",
        "confirm": "Ja, jag är i samtalet",
        "decline": "Nej, det är inte jag",
        "code": "Skriv säkerhetskoden",
        "wrong": "Skriv fel kod",
        "cancel": "Avbryt",
        "complete": "Den senaste begäran slutfördes.",
        "failed": "Den senaste begäran misslyckades: {why}.",
        "blocked": "Detta BankID är spärrat.",
    },
}
