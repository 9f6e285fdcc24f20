"""Hostile input by the million: `make fuzz MINUTES=60`.

Each target turns bytes into what an outsider could send, gives it to the product, and holds the outcome to a promise.
Which bytes are tried next is decided by what code the last ones reached: see `child`. docs/measuring.md tells how to
read what it prints.
"""
