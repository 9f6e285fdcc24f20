"""What things cost, measured side by side in one run: `make bench`. Nothing here is asserted; docs/measuring.md.

A part is one function that takes an `Effort` and returns a `Table`; `__main__` lists them.
"""
