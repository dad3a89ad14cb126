"""The codes inside a kiosk's cabinet door, in words. Source: lobby.md §5."""

from typing import Final

WORDS: Final = {
    "L1": "this device was revoked",
    "P0": "paper is nearly out",
    "P1": "paper is out",
    "P2": "the printer's cover is open",
    "P3": "the cutter is stuck",
    "P4": "paper jam, or the printer is hot",
    "P5": "the printer is offline or says nothing",
    "P6": "a ticket was left in the slot",
    "T1": "the card terminal is not answering",
    "T2": "a payment is in doubt",
    "C1": "the clock is not trusted, and there was no link to set it",
    "D1": "the store is nearly full: the kiosk takes a break",
    "V1": "the power is low: check the power supply and its cable",
    "S1": "staff have taken it out of service",
}


def fault(code: str) -> str:
    """Say a code with its words; a code of a newer device stands alone."""
    words = WORDS.get(code)
    return f"FH-{code}: {words}" if words else f"FH-{code}"
