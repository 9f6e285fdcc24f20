"""Recognising callers by voice, on a leg that Connect hands to Twilio.

Rules          `codes`, `profile`, `dialogue`, `engine` (the port), `signature`
Adapters       `voiceit`, `recordings`, `ticket`, `twiml`
Functions      `flow_steps` (what the flow asks: start, result); `webhooks` (what Twilio asks) with `enrolment`,
               `scoring`, `verdicts`, and `leg_parts`, which puts together what they work with
"""
