"""Recognising callers by voice, on a leg that Connect hands to Twilio.

Rules          `profile`, `dialogue`, `engine` (the port), `signature`
Adapters       `voiceit`, `recordings`, `ticket`, `twiml`
Functions      `flow_steps` (what the flow asks: start, result), `webhooks` and `scoring` (what Twilio asks)
"""
