"""What ends on a date that somebody chose years ago, and takes calls with it: certificates and consumers' keys.

`watch` is what the function `expiry_watch` runs every day, over the `sources`; `ending` says when something is due.
`instance` reads a Connect instance, `encryption` finds keys in its flows, `certificate` reads one certificate: the tool
for keys (`python -m shared.keys`) uses these too.
"""
