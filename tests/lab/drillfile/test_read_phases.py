"""Phases have names of the author's choice, roles and clocks. Tests lab.drillfile.phase, lab.drillfile.read_phases."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.drillfile import Drill, DrillError, Phase
from lab.drillfile.phase import ROLES
from lab.drillfile.problems import Problem
from lab.drillfile.read_phases import LONGEST_CLOCK, Moments, moments, read_phases
from lab.drillfile.source import Value, parse_source
from lab.drillfile.values import Reader

Parse = Callable[[str], Drill]
OLD = "phases: {baseline: 10 s, trigger: 10 s, aftermath: 15 s, mitigation: 30 s, recovery: 10 s}"
DAY = """\
phases:
  quiet:       {for: 10 s, role: baseline, clock: "7:00 PST"}
  first wave:  {for: 5 s, role: trigger, clock: "7:30 PST"}
  trigger:     5 s
  aftermath:   15 s
  calm:        {for: 4 s}
  mitigation:  {for: 20 s, clock: "8:00 PST"}
  again:       {for: 10 s, role: retrigger}
  recovery:    10 s"""


def read(written: str) -> tuple[tuple[Phase, ...], list[Problem]]:
    """The phases of a flow mapping, and what is wrong with it."""
    top, problems = parse_source("x.yaml", f"phases: {written}\n".encode())
    reader = Reader(problems)
    assert isinstance(top.content, dict)
    return read_phases(reader, top.content["phases"]), reader.problems


def test_a_roles_own_name_is_its_role(parse: Parse, source: str) -> None:
    """A drill that was written before phases had roles is the same drill."""
    phases = parse(source).phases
    assert [(phase.name, phase.role) for phase in phases] == [(phase.name, phase.name) for phase in phases]
    assert Phase.model_validate({"name": "aftermath", "planned_s": 3}).role == "aftermath"
    assert Phase.model_validate({"name": "calm", "planned_s": 3}).role is None


def test_phases_have_names_roles_and_clocks(parse: Parse, source: str) -> None:
    """Two share a role, one plays no part; what a wall clock shows is kept as it stands."""
    text = source.replace(OLD, DAY).replace("during: trigger,    fault", "during: first wave, fault")
    drill = parse(text)
    assert [(phase.name, phase.role, phase.clock) for phase in drill.phases] == [
        ("quiet", "baseline", "7:00 PST"),
        ("first wave", "trigger", "7:30 PST"),
        ("trigger", "trigger", None),
        ("aftermath", "aftermath", None),
        ("calm", None, None),
        ("mitigation", "mitigation", "8:00 PST"),
        ("again", "retrigger", None),
        ("recovery", "recovery", None),
    ]
    assert drill.planned_s == 79
    assert Drill.model_validate(drill.resolved()) == drill


def test_a_retrigger_applies_the_triggers_steps_under_another_name(parse: Parse, source: str) -> None:
    """They are no copy in the file: what the trigger is, the retrigger is, undone at its end."""
    drill = parse(source.replace(OLD, DAY).replace("during: trigger,    fault", "during: first wave, fault"))
    assert [step.name for step in drill.method] == ["slow-bridge", "guard-clients"]
    (again,) = drill.steps("again")
    assert (again.name, again.when, again.what) == ("slow-bridge-again", "during", "latency")
    assert again.params == drill.method[0].params
    assert [step.name for step in drill.applied] == ["slow-bridge", "guard-clients", "slow-bridge-again"]


@pytest.mark.slow
def test_since_takes_a_phase_a_role_a_step_and_the_triggers_end(parse: Parse, source: str) -> None:
    """The nearest of all of them is offered for what is none of them."""
    text = source.replace(OLD, OLD.replace("mitigation:", "fix: {for: 3 s, role: mitigation}, mitigation:"))
    for moment in ("fix", "mitigation", "slow-bridge", "trigger end"):
        since = parse(text.replace("since: mitigation", f"since: {moment}")).expect[2].condition.since
        assert since == moment
    with pytest.raises(DrillError, match="unknown moment `slow-brdge`; did you mean `slow-bridge`"):
        parse(text.replace("since: mitigation", "since: slow-brdge"))
    assert "retrigger" not in moments((Phase(name="baseline", planned_s=1),), ()).all


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{quiet: 10 s}", "phases.quiet: unknown phase; A name of your own is written `{for: 10 s, role: trigger}`"),
        ("{baseline: {for: 0 s}}", "phases.baseline.for: must be more than 0"),
        ("{baseline: {role: baseline}}", "phases.baseline: key is missing: `for`"),
        ("{q: {for: 1 s, role: baselin}}", "phases.q.role: unknown role of a phase `baselin`; did you mean"),
        ("{baseline: {for: 1 s, role: trigger}}", "phases.baseline.role: a phase called `baseline` has the role"),
        ("{q: {for: 1 s, rol: baseline}}", "phases.q.rol: unknown key; did you mean `role`?"),
        ("{q: {for: 1 s, role: baseline, clock: 730}}", "phases.q.clock: must be text; this is the number `730`"),
        (f"{{q: {{for: 1 s, role: baseline, clock: {'x' * (LONGEST_CLOCK + 1)}}}}}", "a clock is at most 24"),
        ("{done: {for: 1 s, role: baseline}}", "phases.done: `done` is a word of the lab's own"),
        ("{trigger end: {for: 1 s, role: baseline}}", "`trigger end` is a word of the lab's own"),
        ("{'<b>': {for: 1 s, role: baseline}}", "a phase's name is at most 32 letters, digits"),
        ("{q: {for: 1 s}}", "or give the first phase that role: `q: {for: 10 s, role: baseline}`"),
        ("{}", "phases: key is missing: `baseline`"),
        ("{baseline: 1 s, trigger: 1 s, b: {for: 1 s, role: baseline}}", "phases: the baseline comes first"),
        ("{baseline: 1 s, aftermath: 1 s, trigger: 1 s}", "`aftermath` has the role aftermath, and no phase before"),
        ("{baseline: 1 s, retrigger: 1 s}", "`retrigger` has the role retrigger, and no phase before it"),
        ("{baseline: 1 s, trigger: 1 s, retrigger: 1 s, t: {for: 1 s, role: trigger}}", "every trigger comes before"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_with_its_line_and_what_would_be_right(written: str, said: str) -> None:
    """One sentence each, at the key that it is about."""
    _, problems = read(written)
    assert any(said in f"{problem.key}: {problem.what}" for problem in problems), problems
    assert all(problem.line == 1 for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("during: trigger,    fault", "during: again, fault", "`again` applies the trigger's steps once more"),
        ("during: trigger,    fault", "from: first wave, fault", "must have ended before: write `during`, not `from`"),
        ("during: trigger,    fault", "during: quiet, fault", "nothing is changed in the baseline"),
        ("during: trigger,    fault", "during: baseline, fault", "a role, not a phase; the phase with it is `quiet`"),
        ("during: aftermath, last", "during: retrigger, last", "is a role, not a phase; the phase with it is `again`"),
    ],
)  # fmt: skip
def test_steps_and_windows_name_phases(parse: Parse, source: str, old: str, new: str, said: str) -> None:
    """Where a role is written, the error says which phase has it."""
    with pytest.raises(DrillError) as error:
        parse(source.replace(OLD, DAY).replace(old, new))
    assert said in str(error.value)


NAMES = st.text("abcdefghijklmnopqrstuvwxyz 0123456789-:.", min_size=1, max_size=12)
PHASES = st.lists(st.tuples(NAMES, st.none() | st.sampled_from(ROLES), st.floats(0.1, 1000)), max_size=9)


@settings(max_examples=200, deadline=None, database=None)
@given(PHASES)
def test_any_phases_are_read_as_they_stand_or_refused(drawn: list[tuple[str, str | None, float]]) -> None:
    """Whatever is accepted has a baseline first, unique names, and a trigger before what needs one."""
    parts = {}
    for name, role, seconds in drawn:
        keys = {"for": Value(1, "for", f"{seconds:.3f} s")} | (
            {"role": Value(1, "role", role)} if role else {}
        )
        parts[name] = Value(1, name, keys)
    reader = Reader()
    phases = read_phases(reader, Value(1, "phases", parts))
    if reader.problems:
        return
    roles = [phase.role for phase in phases]
    assert roles[0] == "baseline"
    assert all(roles[n] == "baseline" for n in range(len(roles)) if "baseline" in roles[n:])
    assert "retrigger" not in roles or roles.index("trigger") < roles.index("retrigger")
    assert len(set(Moments(phases).names)) == len(phases)
