"""The schemas of single values: text, names, quantities with their units."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from lab.drillfile.values import LONGEST_TEXT
from lab.units import Quantity

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_TEXT}
NAME: Schema = {"type": "string", "pattern": r"\S"}
FLAG: Schema = {"type": "boolean"}
SERVICE: Schema = {"$ref": "#/$defs/service"}
"""A service's name, as far as they are known; whoever makes a whole schema defines it."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_ZERO = r"-[0.]+(?:[eE][+-]?\d{1,3})?"


def amount(quantity: Quantity) -> str:
    """The pattern of a number with one of the quantity's units, where it needs one, without anchors: ``3000 ms``."""
    unit = rf"(?:{'|'.join(re.escape(unit) for unit in quantity.units)})"
    return rf"(?:\+?{_NUMBER}|{_ZERO})\s*{unit}{'?' if quantity.plain else ''}"


def quantity_schema(quantity: Quantity) -> Schema:
    """An amount with its unit, or, where it may be, without one, as ``lab.units.parse`` reads it."""
    text: Schema = {"type": "string", "pattern": rf"^\s*{amount(quantity)}\s*$"}
    about: Schema = {
        "description": f"A {quantity.noun}: {quantity.example}. Units: {quantity.valid}.",
        "examples": [quantity.example],
    }
    if not quantity.plain:
        return text | about
    about["description"] += f" Or a number of 0 to {quantity.most:g}."
    number = {"type": "number", "minimum": 0, "maximum": quantity.most}
    return {"anyOf": [text, number]} | about


def integer_schema(least: int = 0, most: int = 2**31 - 1) -> Schema:
    """A whole number within bounds."""
    return {"type": "integer", "minimum": least, "maximum": most}


def number_schema(least: float, most: float) -> Schema:
    """A plain number within bounds."""
    return {"type": "number", "minimum": least, "maximum": most}


def words_schema(described: Mapping[str, str]) -> Schema:
    """One of some words, each with what it means (editors show it)."""
    return {"anyOf": [{"const": word, "description": text} for word, text in described.items()]}


def one_of(words: Collection[str] | None) -> Schema:
    """One of some names; None: any name will do."""
    return {"enum": sorted(words)} if words is not None else dict(NAME)


def mapping_schema(
    properties: Mapping[str, Schema], required: Collection[str] = (), description: str = ""
) -> Schema:
    """A mapping with these keys and no others."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = [key for key in properties if key in required]
    if description:
        schema["description"] = description
    return schema


def list_schema(items: Schema, description: str = "", **more: int) -> Schema:
    """A list of such items."""
    schema: Schema = {"type": "array", "items": items, **more}
    return schema | ({"description": description} if description else {})
