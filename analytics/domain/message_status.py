"""A message's state, derived from its facts. Source: docs/numbers.md, "A message and its states".

Two numbers say everything: the status, and whether it has a reply. Sent, bounced, pending, delivered and read
are sets of statuses (see `metrics`).
"""

from enum import IntEnum


class Status(IntEnum):
    """The furthest a message got; stored as this number."""

    PENDING = 0
    FAILED = 1
    SENT = 2
    DELIVERED = 3
    READ = 4


def derive_receipt_status(accepted: bool, delivered: bool, read: bool, failed: bool) -> Status:
    """The status that the recorded facts alone give; FAILED means that it never arrived."""
    if read:
        return Status.READ
    if delivered:
        return Status.DELIVERED
    if failed:
        return Status.FAILED
    return Status.SENT if accepted else Status.PENDING


def derive_message_status(receipt: Status | int, replied: bool) -> Status:
    """The status of a message: a reply proves that it was delivered, but not that it was read."""
    return Status(max(receipt, Status.DELIVERED)) if replied else Status(receipt)
