"""Customers that other sections name (``of: streaming``) must be those of the load."""

from collections.abc import Iterator, Mapping

from lab.drillfile.load_model import Load
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote, suggest

KEY = "of"


def check_customers(reader: Reader, found: Mapping[str, Value], load: Load) -> None:
    """A problem for each condition and each step that names a customer which the load has not."""
    for item in _items(found):
        named = reader.part(item, KEY)
        if named is None or not isinstance(named.content, str) or named.content.strip() in load.names:
            continue
        if load.names:
            reader.fail(named, f"unknown customer {quote(named.content)}{suggest(named.content, load.names)}")
        else:
            what = "the load has no customers to choose from; write `load: {customers: {...}}`"
            reader.fail(named, f"{what}, or leave `{KEY}` out")


def _items(found: Mapping[str, Value]) -> Iterator[Value]:
    """Every condition and every step."""
    steady = found.get("steady-state-hypothesis")
    probes = steady.content.get("probes") if steady and isinstance(steady.content, dict) else None
    sections = [found.get(key) for key in ("expect", "abort-if", "method", "rollbacks")]
    for section in (probes, *sections):
        if section is not None and isinstance(section.content, tuple):
            yield from section.content
