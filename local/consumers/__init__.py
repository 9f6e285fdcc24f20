"""Stand-ins for systems that input is relayed to. They share no code with the product and read with other libraries.

`inbox` takes posts as the delivery protocol wants it; `reading` opens what is in them.
"""
