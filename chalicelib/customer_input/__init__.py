"""What a caller typed into Connect under encryption: opened here, for every method that takes typed digits.

`message` opens one message, from `layout` (its bytes) and `text` (its base64, and what is no message at all). `keys`
has the private keys by their id; `opening` puts the two together.
"""
