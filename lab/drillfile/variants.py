"""``variants``: whole drills that are compared on the same lab, each written as what it replaces.

    variants:
      - {name: slow,    method: [...], expect: [...]}      # everything else is as at the top of the file
      - {name: refused, method: [...], expect: [...]}

A section is replaced whole, never merged: what a variant does can be read off in one place.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import quote

KEY = "variants"
NAME = "name"
OF_THE_FILE = frozenset({"version", "tags", KEY})
"""Sections that a variant can't replace."""
FEWEST, MOST = 2, 20

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 32

Sections = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant's name and all of its sections, its own and those of the file's top."""

    name: str
    sections: Sections


def given_by_all(variants: Value | None, keys: Collection[str]) -> frozenset[str]:
    """Those of some sections that every variant has of its own: the top of the file has no use for them."""
    items = variants.content if variants is not None and isinstance(variants.content, tuple) else ()
    own = [item.content for item in items if isinstance(item.content, dict)]
    return frozenset(key for key in keys if own and all(key in sections for sections in own))


def read_variants(reader: Reader, found: Sections, sections: Collection[str]) -> tuple[Variant, ...]:
    """The variants, in the order of the file; none where the key is not there.

    Args:
        reader: where problems go.
        found: the sections at the top of the file.
        sections: every key that a drill may have.
    """
    value = found.get(KEY)
    if value is None:
        return ()
    items = reader.items(value)
    if not FEWEST <= len(items) <= MOST:
        reader.fail(value, f"a drill compares {FEWEST} to {MOST} variants; these are {len(items)}")
    top = {key: part for key, part in found.items() if key != KEY}
    for key in given_by_all(value, top):
        reader.fail(
            top[key], "every variant has a section of its own in place of this one; leave it out here"
        )
    replaceable = [key for key in sections if key not in OF_THE_FILE]
    variants = tuple(_variant(reader, item, top, replaceable) for item in items[:MOST])
    reader.unique(value, zip(items, (variant.name for variant in variants), strict=False))
    return variants


def _variant(reader: Reader, item: Value, top: Sections, replaceable: Collection[str]) -> Variant:
    own = reader.keys(item, required=(NAME,), optional=replaceable)
    name = _name(reader, own.pop(NAME)) if NAME in own else ""
    if not own and name:
        reader.fail(
            item, f"variant {quote(name)} replaces nothing; give it a section, such as `configuration`"
        )
    return Variant(name, {**top, **own})


def _name(reader: Reader, value: Value) -> str:
    """A word that can stand in a run folder's name."""
    name = reader.text(value)
    if name and (len(name) > _LONGEST or not _NAME.fullmatch(name)):
        what = "small letters, digits and hyphens between them"
        reader.fail(value, f"a variant's name is at most {_LONGEST} {what}; {quote(name)} is not")
        return ""
    return name
