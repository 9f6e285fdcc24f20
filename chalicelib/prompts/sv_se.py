"""Swedish."""

PROMPTS = {
    "voice.consent": (
        "Vi kan känna igen dig på rösten när du ringer. Då gör vi ett röstavtryck av några inspelningar och sparar det."
        " Du kan när som helst få det raderat, och du får samma hjälp utan det."
        " Tryck 1 om du samtycker. Tryck 2 om du inte vill."
    ),
    "voice.consent_again": (
        "Tryck 1 om du samtycker till att vi känner igen dig på rösten. Tryck 2 för att gå vidare utan."
    ),
    "voice.enrol": "Tack. Vi kommer att be dig säga samma mening några gånger.",
    "voice.resume": "Vi fortsätter där vi slutade förra gången.",
    "voice.verify": "Nu kontrollerar vi din röst.",
    "voice.say_after_tone": "Säg efter tonen:",
    "voice.once_more": "Tack. En gång till.",
    "voice.one_moment": "Tack. Ett ögonblick.",
    "voice.still_checking": "Kontrollen pågår fortfarande. Stanna kvar på linjen.",
    "voice.nothing_heard": "Jag hörde ingenting.",
    "voice.nothing_heard_end": "Jag hörde fortfarande ingenting. Du kopplas nu tillbaka till vårt huvudnummer.",
    "voice.hint.no_match": "Det var inte tydligt nog för mig. Tala som du brukar.",
    "voice.hint.wrong_phrase": "Säg exakt den mening som jag ger dig.",
    "voice.hint.replayed": "Det var inte tydligt nog för mig. Tala som du brukar.",
    "voice.hint.too_quiet": "Det var för tyst. Tala lite högre.",
    "voice.hint.too_loud": "Det var för högt. Håll telefonen lite längre bort.",
    "voice.hint.unclear": "Jag kunde inte höra det ordentligt. Tala tydligt och utan uppehåll.",
    "voice.hint.dissimilar": "Inspelningarna var för olika. Vi börjar om.",
    "voice.enrolment_end": (
        "Din röst kunde inte registreras den här gången. Du kopplas nu tillbaka till vårt huvudnummer."
    ),
    "voice.trouble": (
        "Det går tyvärr inte att kontrollera din röst just nu. Du kopplas nu tillbaka till vårt huvudnummer."
    ),
    "voice.unknown_code": "Det här samtalet gick tyvärr inte att koppla till ditt. Ring vårt huvudnummer.",
    "voice.fallback": "Något gick tyvärr fel. Du kopplas nu tillbaka till vårt huvudnummer.",
}
