"""English, as spoken in Britain."""

PROMPTS = {
    "voice.consent": (
        "We can recognise you by your voice when you call. For that we make a voice print from a few recordings and"
        " keep it. You can have it deleted at any time, and you are served just the same without it."
        " If you agree, press 1. If you do not, press 2."
    ),
    "voice.consent_again": "To agree that we recognise you by your voice, press 1. To go on without it, press 2.",
    "voice.enrol": "Thank you. We will ask you to say the same sentence a few times.",
    "voice.resume": "Let us carry on where we stopped last time.",
    "voice.verify": "Let us check your voice.",
    "voice.say_after_tone": "After the tone, please say:",
    "voice.once_more": "Thank you. Once more.",
    "voice.one_moment": "Thank you. One moment please.",
    "voice.still_checking": "I am still checking. Please stay on the line.",
    "voice.nothing_heard": "I did not hear anything.",
    "voice.nothing_heard_end": "I still did not hear anything. You are going back to the main line now.",
    "voice.hint.no_match": "That was not clear enough for me. Please speak as you usually do.",
    "voice.hint.wrong_phrase": "Please say exactly the sentence that I give you.",
    "voice.hint.replayed": "That was not clear enough for me. Please speak as you usually do.",
    "voice.hint.too_quiet": "That was too quiet. Please speak a little louder.",
    "voice.hint.too_loud": "That was too loud. Please hold the telephone a little further away.",
    "voice.hint.unclear": "I could not hear that well. Please speak clearly, without a pause.",
    "voice.hint.dissimilar": "The recordings were too different from each other. Let us begin again.",
    "voice.enrolment_end": "Your voice could not be registered this time. You are going back to the main line now.",
    "voice.trouble": "I am sorry, your voice cannot be checked at the moment. You are going back to the main line now.",
    "voice.unknown_code": "I am sorry, this call could not be connected to yours. Please call our main number.",
    "voice.fallback": "I am sorry, something went wrong here. You are going back to the main line now.",
}
