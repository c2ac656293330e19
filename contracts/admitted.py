"""A decided command that came over HTTP: its attributes and data as they came, and who sent it, as was verified."""

from typing import Final

HEADERS: Final = {
    "admitted-position": "Its place in the service's log of these; events and outcomes refer to it in `ce_causeplace`,"
    " as `<service>.admitted#<position>`.",
    "admitted-recorded": "When the service put it on record.",
    "admitted-authtype": "The kind of principal that sent it, as the service verified (Auth Context).",
    "admitted-authid": "The principal that sent it, unique for its kind.",
    "admitted-authkey": "The id of the key that signed it.",
    "admitted-authproof": "The SHA-256 of the payload that this signature covers, in hexadecimal.",
    "admitted-authregister": "Version and SHA-256 of the register of producers that held then.",
}
"""Header names and their meanings, of what the service adds to the sender's own."""
REQUIRED: Final = ("admitted-position", "admitted-recorded", "admitted-authtype")
"""Those that are always there."""
