"""The rule of a live setting -> its key in a drill file, how it is read there, and its JSON Schema.

workers: int = whole(64, least=1, most=100_000)      ──▶  workers: a whole number from 1 to 100000
drain_stop_s: float = number(0.0, least=0, most=600) ──▶  drain_stop: a duration, at most 600 s
"""

from dataclasses import dataclass

from lab.drillfile.model import Setting
from lab.drillfile.named_settings import NAMED, ReadSetting
from lab.drillfile.params import unit_of
from lab.drillfile.scalar_schema import FLAG, Schema, integer_schema, number_schema, quantity_schema
from lab.drillfile.setting_rules import Rule, Rules
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import Quantity, base_unit, quote


@dataclass(frozen=True, slots=True)
class SettingKind:
    """How a setting is read, and the JSON Schema of what may be written."""

    read: ReadSetting
    schema: Schema


@dataclass(frozen=True, slots=True)
class SettingKey:
    """A setting: ``name`` in the service's own words, and its kind. ``clients``: it names clients of the service."""

    name: str
    kind: SettingKind
    clients: bool = False


def setting_keys(rules: Rules) -> dict[str, SettingKey]:
    """Drill key -> what it sets. A key is the setting without its unit."""
    return {
        unit_of(name)[0]: SettingKey(name, _kind(name, rule), clients=rule.names == "clients")
        for name, rule in rules.items()
    }


def _kind(name: str, rule: Rule) -> SettingKind:
    key, quantity = unit_of(name)
    least, most = rule.least or 0.0, rule.most or 0.0
    match rule.shape:
        case "flag":
            return SettingKind(lambda reader, value, _: reader.flag(value), FLAG)
        case "whole":
            bounds = int(least), int(most)
            return SettingKind(
                lambda reader, value, _: reader.integer(value, *bounds), integer_schema(*bounds)
            )
        case "number":
            schema = number_schema(least, most) if quantity is None else quantity_schema(quantity)
            either: Schema = {"anyOf": [*({"const": word} for word in rule.words), schema]}
            return SettingKind(
                lambda reader, value, _: _number(reader, value, name, rule), either if rule.words else schema
            )
        case _ if rule.words:
            noun = key.replace("_", " ")
            words: Schema = {"enum": list(rule.words)}
            return SettingKind(lambda reader, value, _: reader.choice(value, rule.words, noun), words)
        case _:
            return SettingKind(*NAMED[rule.names])


def _number(reader: Reader, value: Value, name: str, rule: Rule) -> Setting:
    """A number with its unit, where it has one, within its bounds; or a word that stands for one."""
    if isinstance(value.content, str) and value.content in rule.words:
        return value.content
    key, quantity = unit_of(name)
    before = len(reader.problems)
    amount = _amount(reader, value, quantity, rule)
    unit = f" {base_unit(quantity)}".rstrip() if quantity is not None else ""
    if len(reader.problems) > before:
        return amount
    if rule.most is not None and amount > rule.most:
        reader.fail(value, f"{quote(value.content)} is too much; {key} is at most {rule.most:g}{unit}")
    if rule.least is not None and amount < rule.least:
        reader.fail(value, f"{quote(value.content)} is too little; {key} is at least {rule.least:g}{unit}")
    return amount


def _amount(reader: Reader, value: Value, quantity: Quantity | None, rule: Rule) -> float:
    if quantity is not None:
        return reader.quantity(value, quantity, above_zero=(rule.least or 0.0) > 0)
    if isinstance(value.content, bool) or not isinstance(value.content, int | float):
        reader.fail(value, f"must be a number without a unit; this is {quote(value.content)}")
        return rule.least or 0.0
    return float(value.content)
