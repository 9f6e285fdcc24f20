"""A telephone in a browser, the whole contact centre behind it, and what goes on in there as it happens.

For this machine alone: `make phone`.
"""
