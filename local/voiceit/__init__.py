"""A stand-in for VoiceIt: the same HTTP API, deciding by really comparing the recordings."""

from local.voiceit.api import VoiceIt, VoiceItCall, VoiceItFaults
from local.voiceit.engine import Code, Engine

__all__ = ["Code", "Engine", "VoiceIt", "VoiceItCall", "VoiceItFaults"]
