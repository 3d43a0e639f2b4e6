"""WhatsApp's error codes in a few words. Source: Meta, Cloud API error codes. Titles change there; act on the code.

What an event calls a code is free text, which some platforms put names and numbers into: it is shown only of codes that
are not here, see `analytics.reports.runner.reported_titles`.
"""

from collections.abc import Mapping

NO_CODE = -1  # stands for the code of a bounce of which WhatsApp gave none

TITLES = {
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages",
    131056: "Pair rate limit hit",
    131064: "Classification limit hit",
    132000: "Template parameter count mismatch",
    132001: "Template does not exist",
    132005: "Template text too long",
    132007: "Template character policy violated",
    132012: "Template parameter format mismatch",
    132015: "Template is paused",
    132016: "Template is disabled",
    80007: "Rate limit issues",
}


def title_of(code: int | None, heard: Mapping[int, str]) -> str:
    """A title for a code: ours, else Meta's own as it was heard; never empty."""
    if code is None:
        return "Unknown reason"
    return TITLES.get(code) or heard.get(code) or f"Error {code}"
