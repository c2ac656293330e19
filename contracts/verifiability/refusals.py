"""Why an event is not verified: one exception, whose reason programs compare and whose text people read."""

from typing import Final, Literal, TypeAlias

Reason: TypeAlias = Literal[
    "unsigned",  # there is no `dssematerial`
    "size",  # more bytes, signatures or names than are read
    "event",  # the message cannot be read as a CloudEvent, so there is nothing to verify
    "envelope",  # `dssematerial` is not the base64 of a DSSE envelope in JSON
    "payload-type",  # another payloadType than that of the extension
    "key",  # no signature names a key that is accepted
    "signature",  # no signature holds under an accepted key
    "payload",  # the signed payload is not the JSON object of the extension
    "signed-names",  # `signedextattrs` breaks its rules, or stands without `ext`
    "attribute",  # the value of a signed attribute has no canonical form
    "core-digest",  # a core attribute or the data is not what was signed
    "extension-digest",  # a signed extension attribute is not what was signed
    "unsigned-attribute",  # an attribute of NEVER_UNSIGNED is there and not signed
]


class NotVerifiable(Exception):
    """An event that is not verified, or that cannot be signed; its text says what to do about it."""

    def __init__(self, reason: Reason, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.reason: Final = reason
        self.message: Final = message
        self.remedy: Final = remedy
