"""A login on the web, and the code that ties it to a call: the method's rules and the reading of its tokens, so far.

Rules          `session` (which contact gets which login's result, once, until when), `codes` (digits and addresses,
               and the hashes under which the table knows them), `budget` (how many wrong codes), `compact` and
               `claims` (what a result must look like)
Adapters       `token_keys` (ours and the senders'), `auth_result` (a result from its token)

No route and no function uses it yet.
"""
