"""Digits typed in confidence: opened, checked, kept sealed for a few minutes, and redeemed once by who may read them.

Rules          `kinds` (what may be typed, kept and shown), `custody` (who gets it, once, until when)
Functions      `flow_steps` (what the flow asks: open), `redemption` (what a system of the operator's asks)
"""
