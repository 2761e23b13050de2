"""``variants``: several whole drills in one file, or errors with line and key."""

import re
from collections.abc import Callable

import pytest

from lab.drillfile import Drill, DrillError

Parse = Callable[[str], Drill]

TWO = """
variants:
  - name: naive
    expect: [{name: stuck, metric: stuck, is: "true"}]
  - name: none
    configuration: {storefront: {policy: none}}
    load: {target: edge, rate: 50 /s}
"""


def test_a_variant_is_the_drill_with_some_sections_replaced(parse: Parse, source: str) -> None:
    """Whole sections, never merged; everything else is the file's."""
    drill = parse(source + TWO)
    naive, none = drill.variants
    assert [one.name for one in drill.runs] == ["x.naive", "x.none"]
    assert [e.name for e in naive.expect] == ["stuck"]
    assert naive.configuration == drill.configuration
    assert none.configuration == {
        "storefront": {"policy": "none"}
    }  # timeout and connections are gone: replaced
    assert (none.load.rate_rps, none.expect, none.method) == (50, parse(source).expect, drill.method)
    assert (none.text, none.variants) == (drill.text, ())
    assert (drill.expect, drill.load) == (naive.expect, naive.load)
    assert drill.planned_s == naive.planned_s + none.planned_s
    assert Drill.model_validate(drill.resolved()) == drill


def test_overrides_reach_every_variant(parse: Parse, source: str) -> None:
    """``--seed`` and ``--rate`` are about what is run."""
    drill = parse(source + TWO).with_overrides(seed=3, rate_rps=20)
    assert {(one.seed, one.load.rate_rps) for one in drill.runs} == {(3, 20)}


def test_a_drill_without_variants_is_what_is_run(parse: Parse, source: str) -> None:
    """One run: itself."""
    drill = parse(source)
    assert drill.runs == (drill,)


@pytest.mark.slow
def test_what_every_variant_brings_need_not_stand_at_the_top(parse: Parse, source: str) -> None:
    """The drill as a whole shows the first variant's; what no one would read at the top is refused there."""
    at, end = source.index("expect:"), source.index("abort-if:")
    own = TWO.replace(
        "    configuration:", '    expect: [{name: back, metric: stuck, is: "false"}]\n    configuration:'
    )
    drill = parse(source[:at] + source[end:] + own)
    assert [[e.name for e in one.expect] for one in (drill, *drill.variants)] == [
        ["stuck"],
        ["stuck"],
        ["back"],
    ]
    with pytest.raises(DrillError, match=r"key is missing: `expect`"):
        parse(source[:at] + source[end:] + TWO)
    with pytest.raises(DrillError, match=r"x\.yaml:\d+: expect: every variant has a section of its own"):
        parse(source + own)


@pytest.mark.parametrize(
    ("was", "instead", "says"),
    [
        ("    load:", "    laod:", r"variants\[2\].laod: unknown key; did you mean `load`\?"),
        ("rate: 50 /s", "rate: 50", r"variants\[2\].load.rate: .*has no unit"),
        (
            "metric: stuck",
            "metric: stuk",
            r"variants\[1\].expect\[1\].metric: unknown metric `stuk`; did you mean",
        ),
        ("name: none", "name: naive", r"the name `naive` is used in line \d+ already"),
        ("name: none", "name: No Retries", r"variants\[2\].name: .*small letters, digits and hyphens"),
        ("  - name: none", "  - title: none", r"variants\[2\]: key is missing: `name`"),
        ("policy: none", "policy: noen", r"variants\[2\].configuration.storefront.policy: unknown policy"),
        ("    load: ", "    version: 1\n    load: ", r"variants\[2\].version: unknown key"),
        ("    load: ", "    variants: []\n    load: ", r"variants\[2\].variants: unknown key"),
    ],
)
def test_what_is_wrong_in_a_variant_is_told_where_it_stands(
    parse: Parse, source: str, was: str, instead: str, says: str
) -> None:
    """File, line, key and the nearest valid one, as everywhere in a drill file."""
    with pytest.raises(DrillError, match=r"drills/x\.yaml:\d+: " + f".*{says}") as told:
        parse(source + TWO.replace(was, instead, 1))
    line = int(re.findall(r"x\.yaml:(\d+)", str(told.value))[0])
    assert line > source.count("\n")


@pytest.mark.parametrize("written", ["[]", "[{name: one, seed: 2}]", "{a: 1}", "naive"])
def test_a_comparison_takes_two(parse: Parse, source: str, written: str) -> None:
    """None, one, or no list at all."""
    with pytest.raises(DrillError, match="variants: "):
        parse(f"{source}\nvariants: {written}\n")


def test_a_variant_that_replaces_nothing_is_a_slip(parse: Parse, source: str) -> None:
    """It would be the drill itself under another name."""
    with pytest.raises(DrillError, match=r"variant `same` replaces nothing"):
        parse(source + TWO + "  - {name: same}\n")


def test_a_mistake_at_the_top_is_told_once(parse: Parse, source: str) -> None:
    """Though every variant reads it again."""
    with pytest.raises(DrillError) as told:
        parse(source.replace("rate: 100 /s", "rate: 100", 1) + TWO)
    assert len(told.value.problems) == 1


def test_sections_of_a_variant_are_read_together(parse: Parse, source: str) -> None:
    """A phase that only one of them has can be named by its own steps and expectations, and by no one else's."""
    short = source.replace(", mitigation: 30 s, recovery: 10 s}", "}")
    at, end = short.index("method:"), short.index("abort-if:")
    phases = "phases: {baseline: 5 s, recovery: 5 s}"
    expect = '[{name: back, metric: goodput, during: recovery, is: "> 1 /s"}]'
    own = f"{{name: long, {phases}, expect: {expect}}}"
    other = '{name: other, expect: [{name: back, metric: stuck, is: "false"}]}'
    drill = parse(f"{short[:at]}{short[end:]}\nvariants: [{own}, {other}]\n")
    assert [[phase.name for phase in one.phases][-1] for one in drill.runs] == ["recovery", "aftermath"]
    with pytest.raises(DrillError, match=r"variants\[2\].expect\[1\].during: unknown phase `recovery`"):
        parse(f"{short[:at]}{short[end:]}\nvariants: [{own}, {{name: other, expect: {expect}}}]\n")
