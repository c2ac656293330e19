"""Every problem type that a service answers with: its name, its status, its meaning and the remedy.

A `type` of RFC 9457 is an identifier that clients may match on, so its meaning never changes.
docs/reference/problems.md lists the types for readers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "urn:forcegen:problem:"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem (RFC 9457, section 3.1.1)."""

    title: str
    status: int
    meaning: str
    """When a service answers with it."""
    action: str
    """What a caller can do about it; an occurrence may say more in `remedy`."""

    @property
    def uri(self) -> str:
        """The `type` of its occurrences."""
        return PREFIX + self.title.lower().replace(" ", "-")


BAD_PARAMETER: Final = ProblemType(
    "Bad parameter", 400, "A parameter has a form or a value that it cannot have.", "Send it as `remedy` says."
)
MISSING_PARAMETER: Final = ProblemType(
    "Missing parameter", 400, "A parameter that is required was not sent.", "Send the parameter that `field` names."
)
UNKNOWN_PARAMETER: Final = ProblemType(
    "Unknown parameter",
    400,
    "A parameter is not understood on this route. It is refused, because an answer that ignored it would mislead.",
    "Leave it out, or correct its name; `/docs` lists the parameters of each route.",
)
BAD_HOST: Final = ProblemType(
    "Bad host", 400, "The `Host` header is no host and port.", "Send `Host` as the address is written."
)
BODY_CUT_OFF: Final = ProblemType(
    "Body cut off", 400, "The connection ended before the body did.", "Send the request again, whole."
)
TOO_MANY_ROWS: Final = ProblemType(
    "Too many rows", 400, "The report has more rows than one answer may have.", "Ask page by page, or for less."
)
NO_RECEIPT_HERE: Final = ProblemType(
    "No receipt", 400, "This query API is not connected to the archive.", "Ask without `receipt`, or another process."
)
UNAUTHORIZED: Final = ProblemType(
    "Authentication required",
    401,
    "The route is not for everybody, and the request shows no token that is valid.",
    "Send `Authorization: Bearer TOKEN`; an operator of the service issues tokens.",
)
FORBIDDEN: Final = ProblemType(
    "Not permitted",
    403,
    "The token is valid, and has neither the role nor the States that the route needs.",
    "Use a token as `remedy` describes it.",
)
NOT_THE_SENDER: Final = ProblemType(
    "Not the sender",
    403,
    "A command claims a source that its sender may not use. Nothing of the request was decided, and nothing is stored.",
    "Send commands under a source of your own.",
)
NOT_FOUND: Final = ProblemType(
    "Not found",
    404,
    "There is nothing at this address, or nothing of this id.",
    "See `/docs`, or the list of its kind.",
)
NOT_COVERED_YET: Final = ProblemType(
    "Not covered yet", 404, "The log has no signed checkpoint behind this record yet.", "Ask again in a second."
)
UNKNOWN_NAME: Final = ProblemType(
    "Unknown name", 404, "A parameter names something that is not on record.", "`remedy` lists names that are close."
)
UNKNOWN_COMMAND: Final = ProblemType(
    "Unknown command",
    404,
    "No command of this id was received.",
    "Check id and source; a command may still be on its way.",
)
NOT_ALLOWED: Final = ProblemType(
    "Not allowed", 405, "The address does not take this method.", "Use one of the methods in `Allow`."
)
TOO_SLOW: Final = ProblemType(
    "Too slow", 408, "The body did not arrive in time.", "Send it again, faster or in smaller parts."
)
AMBIGUOUS: Final = ProblemType(
    "Ambiguous", 409, "Several senders used this command id.", "Add `source` with one of those that are listed."
)
CHANGED: Final = ProblemType(
    "Changed", 412, "The file is not the one that `If-Match` names any longer.", "Read it again from the beginning."
)
TOO_LARGE: Final = ProblemType(
    "Too large", 413, "The body is larger than the service takes.", "Send fewer or smaller commands at once."
)
TOO_MANY_COMMANDS: Final = ProblemType(
    "Too many commands", 413, "A batch has more commands than can ever wait.", "Send smaller batches."
)
NO_SUCH_RANGE: Final = ProblemType(
    "No such range", 416, "The range begins behind the end of the file.", "Ask for a range within `Content-Range`."
)
MISDIRECTED: Final = ProblemType(
    "Misdirected",
    421,
    "The service is not called by the name in `Host`.",
    "Ask for it by its address, or let its operator add the name to FORCEGEN_HTTP_HOSTS.",
)
NOT_ANSWERED: Final = ProblemType(
    "Not answered", 400, "The request was refused before any route took it; the status says how.", "See `detail`."
)
FAULT_OF_THE_SERVICE: Final = ProblemType(
    "Fault of the service",
    500,
    "A defect of the service, which the same request will most likely meet again. It is in the service's log.",
    "Do not send it again unchanged; tell who runs the service, with the time and the address.",
)
BUSY: Final = ProblemType(
    "Busy", 503, "More waits than the service takes at once.", "Try again after `Retry-After` seconds."
)
NO_RECEIPT_YET: Final = ProblemType(
    "No receipt yet", 503, "The archive has not signed all that the report rests on.", "Ask again in a moment."
)
TOOK_TOO_LONG: Final = ProblemType(
    "Took too long", 503, "The question took longer than one may take.", "Ask for less: a shorter period or a page."
)
UNAVAILABLE: Final = ProblemType(
    "Unavailable",
    503,
    "A server behind the service does not answer. Whether a command was recorded is not known.",
    "Send it again after `Retry-After` seconds, a command under the same id: it is decided once.",
)
TYPES: Final[Mapping[str, ProblemType]] = {
    one.uri: one for one in [*globals().values()] if isinstance(one, ProblemType)
}
"""Every type by its URI."""
