"""Dutch."""

PROMPTS = {
    "voice.consent": (
        "We kunnen u aan uw stem herkennen wanneer u belt. Daarvoor maken we van een paar opnamen een stemafdruk en"
        " bewaren die. U kunt die altijd laten wissen, en zonder stemafdruk helpen we u net zo goed."
        " Gaat u akkoord, toets dan 1. Wilt u dit niet, toets dan 2."
    ),
    "voice.consent_again": (
        "Toets 1 om ermee akkoord te gaan dat we u aan uw stem herkennen. Toets 2 om zonder verder te gaan."
    ),
    "voice.enrol": "Dank u. We vragen u een paar keer dezelfde zin te zeggen.",
    "voice.resume": "We gaan verder waar we de vorige keer gestopt zijn.",
    "voice.verify": "We controleren nu uw stem.",
    "voice.say_after_tone": "Zeg na de toon:",
    "voice.once_more": "Dank u. Nog een keer.",
    "voice.one_moment": "Dank u. Een ogenblik alstublieft.",
    "voice.still_checking": "Ik ben nog aan het controleren. Blijf aan de lijn.",
    "voice.nothing_heard": "Ik heb niets gehoord.",
    "voice.nothing_heard_end": "Ik heb nog steeds niets gehoord. We schakelen u nu terug naar ons hoofdnummer.",
    "voice.hint.no_match": "Dat was voor mij niet duidelijk genoeg. Spreek zoals u gewend bent.",
    "voice.hint.wrong_phrase": "Zeg precies de zin die ik u geef.",
    "voice.hint.replayed": "Dat was voor mij niet duidelijk genoeg. Spreek zoals u gewend bent.",
    "voice.hint.too_quiet": "Dat was te zacht. Spreek iets luider.",
    "voice.hint.too_loud": "Dat was te hard. Houd de telefoon iets verder weg.",
    "voice.hint.unclear": "Ik kon dat niet goed verstaan. Spreek duidelijk en zonder pauze.",
    "voice.hint.dissimilar": "De opnamen verschilden te veel van elkaar. We beginnen opnieuw.",
    "voice.enrolment_end": (
        "Uw stem kon deze keer niet worden geregistreerd. We schakelen u nu terug naar ons hoofdnummer."
    ),
    "voice.trouble": (
        "Uw stem kan op dit moment helaas niet worden gecontroleerd. We schakelen u nu terug naar ons hoofdnummer."
    ),
    "voice.unknown_code": "We konden dit gesprek helaas niet aan het uwe koppelen. Bel ons hoofdnummer.",
    "voice.fallback": "Er ging hier helaas iets mis. We schakelen u nu terug naar ons hoofdnummer.",
}
