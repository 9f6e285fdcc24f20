"""Calls played from dialling to agent, to be read; and checked, so that the demo fails when a call ends badly."""
