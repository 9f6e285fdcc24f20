"""The flow tool: checks, plays, tests and draws Connect flows of anybody's, without an instance.

`python -m local flow --help`; docs/flow-runner.md tells how. It plays flows on `local.connect`, and adds a script that
says what everybody outside the flow does, a trace, what was expected, and which branches were never taken.
"""
