"""One server-sent event: its name, its data, and the id by which a browser resumes.

id: 20261130T191307-retry-storm:1204        the run, and the journal's seq that it is made of
event: seconds
data: {"rows": [...], "said": [...], "system": [...], "eyes": [...]}
"""

import json
from dataclasses import dataclass
from typing import Any


def as_json(value: object) -> str:
    """On one line, as short as it may be; what is not a number in JSON is an error here."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encoded(event: str, data: Any, at: str) -> bytes:  # noqa: ANN401  whatever JSON has
    """The bytes of a message; ``data`` a text that is JSON already, or what is to become some.

    Args:
        event: its name; the page has a listener for each.
        data: see above.
        at: the id.
    """
    text = data if isinstance(data, Encoded) else as_json(data)
    return f"id: {at}\nevent: {event}\ndata: {text}\n\n".encode()


class Encoded(str):
    """JSON, on one line."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Place:
    """How far a viewer has come: the run, and its journal's ``seq``."""

    run: str
    seq: int

    def __str__(self) -> str:
        return f"{self.run}:{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """What a browser sends as ``Last-Event-ID``; None: nothing that we have sent."""
        run, _, seq = text.rpartition(":")
        return cls(run, int(seq)) if run and seq.isdecimal() and len(seq) < 16 else None  # noqa: PLR2004  a seq
