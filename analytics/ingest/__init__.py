"""Events in: parse (`formats`), merge with what is stored (`merging`), match replies, write once per batch.

`batch` applies a batch of events in one transaction; `webhook_inbox` stores webhook bodies and applies them later.
"""
