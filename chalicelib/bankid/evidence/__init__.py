"""BankID's evidence: what it signed, checked here as if BankID had not, and kept for a later dispute.

`verify` is what the rest calls. Under it: `document` (the signed document's form) over `canonical` (XML, strictly, and
its canonical bytes); `signature` (digests and the signature); `chain` and `ocsp` (whose certificate it is, and whether
it counted), both only with the roots that `roots` reads; `content` (whether it is what we asked). `keeping` puts
evidence into a bucket, in the form that `kept` knows.
"""
