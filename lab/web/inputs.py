"""A parameter of a fault or a mitigation -> what a person may enter: bounds and unit, from the parameter's model."""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from lab.drillfile.params import keys_of, unit_of
from lab.units import SHARE, Quantity, base_unit

InputType = Literal["number", "choice", "flag", "text"]
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter, as a drill file names it.

    Attributes:
        key: ``latency``.
        type: how it is entered; ``choice``: one of ``choices``.
        unit: written behind the number, ``ms``; empty: none.
        least, most: bounds in that unit (None: none); ``above_least``: ``least`` itself is refused.
        step: between two numbers of a slider (None: any number).
        start: what it has at first, its default where it has one; empty: nothing.
        choices: of a ``text``, what is suggested.
        slider: both bounds are near enough for one.
    """

    key: str
    type: InputType
    unit: str = ""
    least: float | None = None
    most: float | None = None
    above_least: bool = False
    step: float | None = None
    start: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    slider: bool = False

    @property
    def bounds(self) -> str:
        """In words, as the page shows them; a bound that only the unit sets is not worth a word."""
        unit = f" {self.unit}" if self.unit else ""
        more = "" if self.least is None else f"more than {_text(self.least)}{unit}"
        if not self.above_least and self.least is not None:
            more = f"{_text(self.least)}{unit} or more"
        if self.most is None:
            return more
        if self.least is None or self.above_least:
            return ", ".join(filter(None, (more, f"{_text(self.most)}{unit} at most")))
        return f"{_text(self.least)} to {_text(self.most)}{unit}"


def _text(number: float) -> str:
    return f"{number:,.10g}"


def inputs_of(model: type[BaseModel]) -> tuple[Input, ...]:
    """Every parameter of a fault or a mitigation, but for its name and its target."""
    schema = model.model_json_schema()["properties"]
    return tuple(_input(key, field, model, schema[field]) for key, field in keys_of(model).items())


def _input(key: str, field: str, model: type[BaseModel], schema: dict[str, Any]) -> Input:
    info = model.model_fields[field]
    made = Input(key, "text", required=info.is_required(), start=_shown(info.default, field))
    if get_origin(info.annotation) is Literal:
        choices = tuple(map(str, get_args(info.annotation)))
        return replace(made, type="choice", choices=choices, start=made.start or choices[0])
    if info.annotation is bool:
        return replace(made, type="flag", start=made.start.lower())
    if info.annotation not in {int, float, int | None, float | None}:
        return made
    number = _number(made, field, {**schema, **_flat(schema)}, whole=info.annotation in {int, int | None})
    return replace(number, start=_suggested(number, field, model)) if number.required else number


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The bounds of a parameter that may be left out."""
    return {name: value for part in schema.get("anyOf", ()) for name, value in part.items()}


def _number(made: Input, field: str, schema: dict[str, Any], *, whole: bool) -> Input:
    quantity = unit_of(field)[1]
    unit, factor = _unit(quantity)
    step = 1.0 if whole or quantity is SHARE else None
    least, above = _end(schema, "inimum", factor, step)
    most, _ = _end(schema, "aximum", factor, -step if step else None)
    slider = quantity is SHARE and least is not None and most is not None
    return replace(
        made, type="number", unit=unit, least=least, most=most, above_least=above, step=step, slider=slider
    )


def _end(schema: dict[str, Any], name: str, factor: float, inside: float | None) -> tuple[float | None, bool]:
    """A bound in the unit shown, and whether it is itself refused: where there are steps, it is moved inside by one."""
    if (value := schema.get(f"m{name}")) is not None:
        return round(value * factor, 6), False
    if (value := schema.get(f"exclusiveM{name}")) is None:
        return None, False
    bound = round(value * factor, 6)
    return (bound, True) if inside is None else (bound + inside, False)


def _suggested(made: Input, field: str, model: type[BaseModel]) -> str:
    """What a parameter without a default begins with: the unit's example, the fault's own, a slider's middle."""
    quantity = unit_of(field)[1]
    if quantity is not None and quantity is not SHARE:
        return quantity.example.split()[0]
    if (example := getattr(model, "example", {}).get(field)) is not None:
        return _shown(example, field)
    if made.slider and made.least is not None and made.most is not None:
        return _text((made.least + made.most) // 2)
    return ""


def _shown(value: Any, field: str) -> str:  # noqa: ANN401  whatever a default is
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{round(value * _unit(unit_of(field)[1])[1], 6):g}"


def _unit(quantity: Quantity | None) -> tuple[str, float]:
    """The unit that a number is typed in, and by how much the lab's own is multiplied for it."""
    if quantity is None:
        return "", 1.0
    return ("%", PERCENT) if quantity is SHARE else (base_unit(quantity), 1.0)
