"""Takes typed values out of a drill file's tree and collects everything that is wrong on the way.

A read that fails notes a problem and answers with a stand-in, so that one pass finds all problems; whoever
reads throws the result away if there was any.
"""

from collections.abc import Collection, Iterable

from lab import units
from lab.drillfile.problems import Problem
from lab.drillfile.source import Value, short
from lab.units import Quantity, UnitError, near, quote, suggest

LONGEST_TEXT = 4000


class Reader:
    """Reads values, keeps problems, and notes about what is read all the same."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self.problems = list(problems)
        self.notes: list[Problem] = []

    def fail(self, value: Value, what: str) -> None:
        """Note what is wrong with a value."""
        self.problems.append(Problem(value.line, short(value.path) or "drill", what))

    def note(self, value: Value, what: str) -> None:
        """Keep a remark about a value that is used all the same."""
        self.notes.append(Problem(value.line, short(value.path) or "drill", what))

    def keys(
        self, value: Value, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Value]:
        """A mapping with known keys: unknown and missing ones are problems, what is left is answered."""
        found = self.mapping(value)
        valid = {*required, *optional}
        unknown = [key for key in found if key not in valid]
        for key in unknown:
            self.fail(found[key], f"unknown key{_on(key)}{suggest(key, valid)}")
        meant = {word for key in unknown for word in near(key, valid)}
        if missing := [key for key in required if key not in found and key not in meant]:
            plural = "s are" if len(missing) > 1 else " is"
            self.fail(value, f"key{plural} missing: {', '.join(f'`{key}`' for key in missing)}")
        return {key: part for key, part in found.items() if key in valid}

    def mapping(self, value: Value) -> dict[str, Value]:
        """Keys and values, whatever they are called."""
        if isinstance(value.content, dict):
            return value.content
        self.fail(value, f"must be a mapping, like `{{key: value}}`; this is {kind(value)}")
        return {}

    def part(self, value: Value, key: str) -> Value | None:
        """The part of a mapping that has this key, where there is one; who reads the whole reports what is wrong."""
        return value.content.get(key) if isinstance(value.content, dict) else None

    def items(self, value: Value) -> tuple[Value, ...]:
        """The items of a list."""
        if isinstance(value.content, tuple):
            return value.content
        self.fail(value, f"must be a list, like `[a, b]`; this is {kind(value)}")
        return ()

    def text(self, value: Value) -> str:
        """Text that is not blank."""
        content = value.content
        if isinstance(content, str) and content.strip() and len(content) <= LONGEST_TEXT:
            return content.strip()
        if isinstance(content, str) and content.strip():
            self.fail(value, f"is longer than {LONGEST_TEXT} characters")
        else:
            self.fail(value, f"must be text; this is {kind(value)}")
        return ""

    def name(self, value: Value) -> str:
        """Text of one line, as a label: at most 80 characters."""
        text = self.text(value)
        if len(text) > 80 or not text.isprintable():  # noqa: PLR2004 - said in the docstring
            self.fail(value, "must be a name of one line with at most 80 characters")
        return text

    def integer(self, value: Value, least: int = 0, most: int = 2**31 - 1) -> int:
        """A whole number within bounds."""
        content = value.content
        if isinstance(content, int) and not isinstance(content, bool) and least <= content <= most:
            return content
        self.fail(value, f"must be a whole number from {least} to {most}; this is {kind(value)}")
        return least

    def number(self, value: Value, more_than: float, most: float) -> float:
        """A plain number within bounds."""
        content = value.content
        if isinstance(content, int | float) and not isinstance(content, bool) and more_than < content <= most:
            return float(content)
        self.fail(value, f"must be a number above {more_than:g}, at most {most:g}; this is {kind(value)}")
        return most

    def flag(self, value: Value) -> bool:
        """True or false."""
        if not isinstance(value.content, bool):
            self.fail(value, f"must be true or false; this is {kind(value)}")
        return value.content is True

    def quantity(self, value: Value, quantity: Quantity, *, above_zero: bool = False) -> float:
        """A number with a unit."""
        if isinstance(value.content, tuple | dict):
            self.fail(value, f"must be a {quantity.noun}, like `{quantity.example}`; this is {kind(value)}")
            return 1.0
        try:
            amount = units.parse(value.content, quantity)
        except UnitError as error:
            self.fail(value, str(error))
            return 1.0
        if above_zero and not amount:
            self.fail(value, f"must be more than 0; {quote(value.content)} is not")
        return amount

    def choice(self, value: Value, valid: Collection[str], noun: str) -> str:
        """One of some words."""
        word = self.text(value)
        if word and word not in valid:
            self.fail(value, f"unknown {noun} {quote(word)}{suggest(word, valid)}")
        return word

    def unique(self, value: Value, names: Iterable[tuple[Value, str]]) -> None:
        """Names that stand for one thing each."""
        seen: dict[str, int] = {}
        for place, name in names:
            if name and name in seen:
                self.fail(
                    place, f"the name {quote(name)} is used in line {seen[name]} already (in {value.path})"
                )
            seen.setdefault(name, place.line)


def kind(value: Value) -> str:
    """What a value is, in words."""
    match value.content:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case tuple():
            return "a list"
        case bool():
            return f"{quote(str(value.content).lower())} (true/false)"
        case str():
            return f"the text {quote(value.content)}" if value.content.strip() else "blank"
        case _:
            return f"the number {quote(value.content)}"


def _on(key: str) -> str:
    """Why a key that YAML 1.1 reads as true or false is none here."""
    return (
        " (editors with YAML 1.1 read it as true or false)"
        if key.lower() in {"on", "off", "yes", "no"}
        else ""
    )
