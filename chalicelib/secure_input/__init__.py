"""Digits typed in confidence: opened, checked, and kept sealed for a few minutes until somebody redeems them; or
relayed, encrypted anew, to consumers.

Rules          `kinds` (what may be typed, kept and shown), `custody` (who gets it, once, until when),
               `consumer` (to whom it may be relayed, and how), `receipt` (what is remembered of that)
Adapters       `registry` (consumers, from SSM), `writers` (the formats that they read), `posting`
Functions      `flow_steps` (what the flow asks: open, and `relay`; `typed` is what both begin with, `parts` what they
               work with), `redemption` (what a system of the operator's asks)
"""
