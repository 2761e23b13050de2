"""Who makes a service's calls, the lab's own client or a library: what is for the other of them would do nothing."""

from collections.abc import Mapping

from lab.drillfile.model import LAB, Drill
from lab.drillfile.registries import Known
from lab.drillfile.source import Value
from lab.drillfile.values import Reader

OWN = ("policy", "timeout", "connections", "pool_limit", "device")
"""Keys that are for the lab's own client."""


def check_settings(reader: Reader, found: Mapping[str, Value]) -> None:
    """Refuse a service's keys that would do nothing: those of one client beside the other.

    Args:
        reader: where problems go.
        found: the keys of the service under ``configuration``.
    """
    library = found["library"].content if "library" in found else LAB
    if library == LAB:
        if "library_timeout" in found:
            reader.fail(found["library_timeout"], "is for a client library; say which, like `library: httpx`")
        return
    for key in OWN:
        if key in found:
            reader.fail(found[key], f"is for the lab's own client, and here {library} makes the calls")


def check_steps(reader: Reader, sections: Mapping[str, Value], drill: Drill, known: Known) -> None:
    """Refuse mitigations that would do nothing: those of the lab's own client where a library makes the calls.

    Args:
        reader: where problems go.
        sections: the drill as written, for the lines.
        drill: what was read of it.
        known: which mitigations are for the lab's own client (their ``own_client``).
    """
    for section, steps in (("method", drill.method), ("rollbacks", drill.rollbacks)):
        items = sections[section].content if section in sections else ()
        for item, step in zip(items if isinstance(items, tuple) else (), steps, strict=True):
            library = drill.configuration.get(step.target, {}).get("library", LAB)
            if library not in {LAB, ""} and getattr(
                known.steps(step.kind).get(step.what), "own_client", False
            ):
                why = f"is for the lab's own client, and {library} makes the calls of {step.target}"
                reader.fail(reader.part(item, step.kind) or item, why)
