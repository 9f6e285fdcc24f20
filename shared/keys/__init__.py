"""`make keys`: makes, tries, watches and retires the keys of Connect's encrypted customer input.

`__main__` reads the command line; `making`, `trying` and `retiring` change something or try it; `standing` says how
each key stands; `pair`, `places` and `connect_message` are what these need.
"""
