"""The schema and the reader agree: what one takes the other takes, as far as a schema can see."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lab import units
from lab.drillfile import DrillError
from lab.drillfile.condition_context import EXPECT
from lab.drillfile.conditions import read_condition
from lab.drillfile.json_schema import drill_schema
from lab.drillfile.json_schema.condition_schema import comparison
from lab.drillfile.metrics import METRICS, Unit
from lab.drillfile.read_drill import parse_drill
from lab.drillfile.read_phases import Moments
from lab.drillfile.registries import Known
from lab.drillfile.scalar_schema import Schema, quantity_schema
from lab.drillfile.source import Value, parse_source, plain
from lab.drillfile.values import Reader
from lab.units import Quantity, UnitError
from tests.lab.drillfile.conftest import DRILLS, EXAMPLES
from tests.lab.drillfile.mutations import HUGE, TYPES

FILES = sorted([*DRILLS.glob("*.yaml"), *DRILLS.parent.glob("bench/drills/*.yaml")])
QUANTITIES = [value for value in vars(units).values() if isinstance(value, Quantity)]
VARIANTS = """
variants:
  - {name: naive, expect: [{name: stuck, metric: stuck, is: "true"}]}
  - {name: none, configuration: {storefront: {policy: none}}}
"""
BAD = [
    ("title: A", "titel: A"),
    ("version: 1\n", ""),
    ("version: 1", "version: 2"),
    ("seed: 7", "seed: many"),
    ("seed: 7", "seed: -7"),
    ("rate: 100 /s", "rate: 100"),
    ("rate: 100 /s", "rate: 100 rps"),
    ("arrivals: poisson", "arrivals: even"),
    ("target: edge", "target: edgy"),
    ("headroom: 1.5", "headroom: 150 %"),
    ("headroom: 1.5", "headroom: 0"),
    ("storefront: {policy", "shop: {policy"),
    ("storefront: {policy", "bridge: {policy"),
    ("timeout: 1 s", "timout: 1 s"),
    ("timeout: 1 s", "timeout: true"),
    ("connections: new", "connections: old"),
    ("aftermath: 15 s", "aftermath: -15 s"),
    ("during: trigger,    fault", "fault"),
    ("during: trigger,    fault", "during: trigger, from: trigger, fault"),
    ("fault: latency", "fault: latncy"),
    ("fault: latency", "falt: latency"),
    ("fault: latency", "fault: surge"),
    ("latency: 3000 ms}", "latncy: 3000 ms}"),
    ("latency: 3000 ms}", "latency: 3000}"),
    (", latency: 3000 ms}", "}"),
    ("stream: downstream", "stream: sideways"),
    ("metric: time_to_recover", "metric: time_to_recovr"),
    ("metric: goodput,       is", "metric: stuck,         is"),
    (">= 3.5", "3.5"),
    ("< 5 % of offered", "< 5"),
    ("< 5 % of offered", "< 5 % of goodput"),
    ("stat: max", "stat: most"),
    ("metric: elapsed,       is", "metric: elapsed, since: trigger, is"),
    ("blast-radius: [bridge", "blast-radius: [brigde"),
    ("expect:  ", "xpect:  "),
]


@pytest.fixture(scope="module")
def real() -> Known:
    """What the drills that come with the lab may name."""
    from lab.drillfile import known  # noqa: PLC0415 - the world below has registries of its own
    from lab.session import known_modes, known_services  # noqa: PLC0415

    return known(known_services(), known_modes())


@pytest.fixture(scope="module")
def schema(real: Known) -> Draft202012Validator:
    """The schema of this lab's drills."""
    made = drill_schema(real)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@pytest.fixture(scope="module")
def small(world: Known) -> Draft202012Validator:
    """The schema of a world with three steps."""
    return Draft202012Validator(drill_schema(world))


def tree(content: bytes) -> Any:  # noqa: ANN401 - whatever stands in the file
    """A file's plain values, as the reader takes them out of YAML."""
    return plain(parse_source("x.yaml", content)[0])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.slow
def test_every_drill_is_valid(schema: Draft202012Validator, file: Path) -> None:
    """Of those that come with the lab."""
    schema.validate(tree(file.read_bytes()))


@pytest.mark.parametrize(("good", "bad"), BAD)
@pytest.mark.slow
def test_what_is_wrong_is_refused(
    schema: Draft202012Validator, real: Known, source: str, good: str, bad: str
) -> None:
    """Keys, words, units and comparisons: by the schema, and by the reader as well."""
    assert good in source
    content = source.replace(good, bad).encode()
    assert not schema.is_valid(tree(content))
    with pytest.raises(DrillError):
        parse_drill(content, "x.yaml", real)


@pytest.mark.slow
def test_a_section_may_stand_in_each_variant_instead(
    small: Draft202012Validator, source: str, world: Known
) -> None:
    """At the top or in all of them; one that is missing in both is an error."""
    start = source.index("expect:")
    without = source[:start] + source[source.index("abort-if:") :]
    both = VARIANTS.replace("none, ", 'none, expect: [{name: stuck, metric: stuck, is: "true"}], ')
    for text, valid in ((source + VARIANTS, True), (without + both, True), (without + VARIANTS, False)):
        assert small.is_valid(tree(text.encode())) is valid
        if valid:
            assert parse_drill(text.encode(), "x.yaml", world)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.data())
@pytest.mark.scaled
@pytest.mark.usefixtures("counted")
def test_what_the_reader_takes_the_schema_takes(
    small: Draft202012Validator, world: Known, source: str, data: st.DataObject
) -> None:
    """A good file in which single values were replaced by good and bad ones."""
    text = source + data.draw(st.sampled_from(["", VARIANTS, "search: {vary: rate, from: 1 /s, to: 2 /s}\n"]))
    for _ in range(data.draw(st.integers(1, 3))):
        spots = [spot for spot in range(len(text)) if text[spot - 2 : spot] == ": "]
        start = data.draw(st.sampled_from(spots))
        end = min(found for mark in ",}]\n" if (found := text.find(mark, start)) >= 0)
        text = text[:start] + data.draw(st.sampled_from(VALUES)) + text[end:]
    try:
        parse_drill(text.encode(), "x.yaml", world)
    except DrillError:
        return
    problems = [error.message for error in small.iter_errors(tree(text.encode()))]
    assert problems == []


VALUES = [
    *TYPES,
    *HUGE,
    "1 s",
    "+2 s",
    "-0.0 s",
    "100 /s",
    "1e2 /min",
    ".5 %",
    "2 min",
    "3",
    "0.25",
    "1.5",
    '"true"',
]
VALUES += [
    "edge",
    "aftermath",
    "goodput",
    "stuck",
    "downstream",
    "none",
    "[none]",
    "true",
    "new",
    '"< 5 %"',
    '">= 9 /s"',
]


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: f"{quantity.noun}-{quantity.example}")
def test_a_quantity_is_written_the_same_way_in_both(quantity: Quantity) -> None:
    """Numbers, units, signs and spaces: whatever the reader takes, the schema does; it refuses most of the rest."""
    validator = Draft202012Validator(quantity_schema(quantity))
    bad = 0
    for number in ("1", "1.", ".5", "+2", "1e3", "1E-2", "-0", "-0.0", "-1", "", "x", "0x1", "1,5"):
        for unit in (*quantity.units, "", "parsec"):
            for text in (f"{number}{unit}", f" {number} {unit} "):
                bad += not validator.is_valid(text)
                assert validator.is_valid(text) or not readable(text, quantity), text
    assert bad
    others: list[object] = [1, 0.25, True, None, [], {}]
    for value in others:
        assert validator.is_valid(value) or not readable(value, quantity), value


def readable(value: object, quantity: Quantity) -> bool:
    """Whether the reader takes it."""
    try:
        units.parse(value, quantity)
    except UnitError:
        return False
    return True


@pytest.mark.parametrize("unit", Unit)
def test_a_comparison_is_written_the_same_way_in_both(unit: Unit, world: Known) -> None:
    """With every unit, without one, and as a share of what was offered: whatever the reader takes, the schema does."""
    validator = Draft202012Validator(comparison(unit))
    metric = next(metric for metric in METRICS.values() if metric.unit is unit)
    ends = ("", " /s", "s", " ms", " %", " % of offered", "MB")
    amounts = [f"{number}{end}" for number in ("1", "0.5", ".5", "3.") for end in ends]
    written = [f"{op} {amount}" for op in (">=", "<", "==", "=") for amount in amounts]
    taken = 0
    for text in [*written, "true", "yes", "1"]:
        parts = {"name": "x", "metric": metric.name, "is": text} | (
            {"plane": "ops"} if metric.of_plane else {}
        )
        reader = Reader()
        value = Value(1, "x", {key: Value(1, f"x.{key}", part) for key, part in parts.items()})
        read_condition(reader, value, EXPECT, Moments(), world)
        refused = any(problem.key == "x.is" for problem in reader.problems)
        taken += not refused
        assert refused or validator.is_valid(text), text
    assert taken


class Recorder(Reader):
    """A reader that records which keys it looked for, and where."""

    asked: dict[str, set[str]]

    def keys(
        self, value: Value, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Value]:
        """As the reader does."""
        self.asked.setdefault(value.path, set()).update(required, optional)
        return super().keys(value, required, optional)


LATER = {"during", "from", "plane", "of"}
"""Keys that the reader decides about afterwards: one of the first two, what is only for planes or customers.

So are settings, by role (``configuration``)."""


@pytest.mark.slow
def test_the_keys_of_every_mapping_are_the_readers(
    monkeypatch: pytest.MonkeyPatch, schema: Draft202012Validator, real: Known
) -> None:
    """A key that the reader learns is in the schema, and a key that it forgets is not: in every drill of the lab."""
    monkeypatch.setattr("lab.drillfile.read_drill.Reader", Recorder)
    for file in FILES:
        Recorder.asked = {}
        parse_drill(file.read_bytes(), str(file), real)
        written = tree(file.read_bytes())
        for path, keys in Recorder.asked.items():
            found = keys_at(schema.schema, path, written)
            assert found <= keys | LATER, f"{file.name}: {path or 'the top'}"
            assert "configuration." in path or keys - found <= LATER, f"{file.name}: {path or 'the top'}"


def keys_at(schema: Any, path: str, written: Any) -> set[str]:  # noqa: ANN401 - JSON
    """The keys that a schema has at a path such as ``method[1]``, in the branches that fit what is written there."""
    here = [schema]
    for part in parts(path):
        here = [
            below
            for one in here
            for branch in branches(one, written, schema)
            for below in inside(branch, part)
        ]
        written = written[part]
    fitting = [branch for one in here for branch in branches(one, written, schema)]
    return {key for branch in fitting for key in branch.get("properties", {})}


def parts(path: str) -> Iterator[str | int]:
    """The keys and the indices (from 0) of a path."""
    for word in path.split(".") if path else ():
        name, *indices = word.split("[")
        yield name
        yield from (int(index.removesuffix("]")) - 1 for index in indices)


def branches(one: Schema, written: object, top: Schema) -> Iterator[Schema]:
    """A schema, followed to where it refers to; of several alternatives those that what is written meets."""
    if "$ref" in one:
        yield from branches(top["$defs"][one["$ref"].rpartition("/")[2]], written, top)
    elif "anyOf" in one:
        for branch in one["anyOf"]:
            if Draft202012Validator({**branch, "$defs": top["$defs"]}).is_valid(written):
                yield from branches(branch, written, top)
    else:
        yield one


def inside(one: Mapping[str, Any], part: str | int) -> Iterator[Schema]:
    """What is at a key or an index."""
    if isinstance(part, int):
        yield one["items"]
    elif part in one.get("properties", {}):
        yield one["properties"][part]
    elif isinstance(one.get("additionalProperties"), dict):
        yield one["additionalProperties"]
