"""``session``: what one arrival of a customer does.

session: requests                                             # a request of its own (the default)
session: {steps: [{name: login, path: /login}, {name: pay, path: /pay, pause: 300 ms}]}
session: {connection: persistent, requests: 4, every: 250 ms}  # all over one connection of its own
"""

import re

from lab import units
from lab.drillfile.load_model import SessionStep
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote

REQUESTS = "requests"
MOST_STEPS = 50
MOST_PAUSES_S = 10.0
"""How long all pauses of a session may be together: a cohort of the load is final only after them."""
FIRST, LATER = "first", "later"
"""The steps of a persistent connection: the request that opens it, and those on it."""

_PATH = re.compile(r"/[A-Za-z0-9._~/%-]*")
_STEP = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 200
_INDEPENDENT = "request"

Session = tuple[tuple[SessionStep, ...], bool]


def read_session(reader: Reader, value: Value | None, path: Value | None) -> Session:
    """The steps of a session, and whether it has a connection of its own."""
    if value is None or value.content == REQUESTS:
        return (SessionStep.model_construct(name=_INDEPENDENT, path=_path(reader, path)),), False
    if not isinstance(value.content, dict):
        reader.fail(value, "must be `requests`, `{steps: [...]}` or `{connection: persistent, ...}`")
        return (), False
    read = _of_steps if "steps" in value.content else _of_connection
    session = read(reader, value, path)
    pauses_s = sum(step.pause_s for step in session[0])
    if pauses_s > MOST_PAUSES_S:
        what = f"its pauses are {pauses_s:g} s together; a session may pause for {MOST_PAUSES_S:g} s at most"
        reader.fail(value, what)
    return session


def _of_steps(reader: Reader, value: Value, path: Value | None) -> Session:
    """One request after another."""
    found = reader.keys(value, ("steps",), ("connection",))
    if path is not None:
        reader.fail(path, "the steps have paths of their own; leave `path` out")
    items = reader.items(found["steps"])
    if not 1 <= len(items) <= MOST_STEPS:
        reader.fail(found["steps"], f"a session has 1 to {MOST_STEPS} steps; these are {len(items)}")
    steps = tuple(_step(reader, item) for item in items)
    reader.unique(value, zip(items, (step.name for step in steps), strict=True))
    persistent = "connection" in found and _connection(reader, found["connection"]) == "persistent"
    return steps, persistent


def _step(reader: Reader, value: Value) -> SessionStep:
    found = reader.keys(value, ("name", "path"), ("pause",))
    name = reader.text(found["name"]) if "name" in found else ""
    if name and not _STEP.fullmatch(name):
        reader.fail(
            found["name"], f"a step's name is small letters, digits and hyphens; {quote(name)} is not"
        )
    pause_s = reader.quantity(found["pause"], units.DURATION_S) if "pause" in found else 0.0
    return SessionStep.model_construct(name=name, path=_path(reader, found.get("path")), pause_s=pause_s)


def _of_connection(reader: Reader, value: Value, path: Value | None) -> Session:
    """Several requests over a connection that the session opens."""
    found = reader.keys(value, ("connection", "requests", "every"))
    persistent = "connection" in found and _connection(reader, found["connection"]) == "persistent"
    if "connection" in found and not persistent:
        reader.fail(
            found["connection"], "independent requests share connections anyway; write `session: requests`"
        )
    count = reader.integer(found["requests"], 2, MOST_STEPS) if "requests" in found else 2
    every_s = reader.quantity(found["every"], units.DURATION_S, above_zero=True) if "every" in found else 1.0
    where = _path(reader, path)
    first = SessionStep.model_construct(name=FIRST, path=where, pause_s=0.0)
    later = SessionStep.model_construct(name=LATER, path=where, pause_s=every_s)
    return (first, *(later,) * (count - 1)), persistent


def _connection(reader: Reader, value: Value) -> str:
    return reader.choice(value, ("persistent", "pooled"), "kind of connection")


def _path(reader: Reader, value: Value | None) -> str:
    """A path, ``/`` where there is none."""
    if value is None:
        return "/"
    path = reader.text(value)
    if path and (not _PATH.fullmatch(path) or path.startswith("//") or len(path) > _LONGEST):
        what = f"a path is like `/play`: a slash, then letters, digits and . _ ~ - % /; {quote(path)} is not"
        reader.fail(value, what)
    return path
