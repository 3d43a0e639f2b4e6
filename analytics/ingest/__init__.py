"""Events in: reading them, merging them with what is known, deciding what each reply answers, writing it down.

`events` and `whatsapp` read the two formats into the same events; `batch` applies a batch of them in one
transaction, over a `working_set` of the rows concerned; `directory` keeps names, zones and memberships;
`attribution` is the pure function that says which message a reply answers.
"""
