"""A scenario's file -> ``Scenario``, or one ``DrillError`` with everything that is wrong with it, by line and key."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from lab import units
from lab.drillfile.causes import NOTHING, Cause, parse_cause
from lab.drillfile.envelope import read_envelope
from lab.drillfile.load_model import Load
from lab.drillfile.method import read_steps
from lab.drillfile.model import Bridge, Drill, Step
from lab.drillfile.phase import Phase
from lab.drillfile.problems import DrillError
from lab.drillfile.read_drill import read_content
from lab.drillfile.registries import Known
from lab.drillfile.scenario import ALL, MOST_SCRIPTED_S, Eyes, Hint, Moment, Scenario, TimedStep, Victory
from lab.drillfile.sections import check_version, read_monitoring, read_text
from lab.drillfile.service_settings import read_configuration
from lab.drillfile.source import Value, parse_source
from lab.drillfile.values import Reader
from lab.units import quote

REQUIRED = ("version", "title", "warning", "difficulty", "minutes", "lab", "users", "sealed")
OF_LAB = ("rate", "headroom", "queue", "monitoring", "reserve", "configuration", "eyes")
SEALED = ("steps", "cause", "victory"), ("twists", "hints")
TIMES = ("at", "for", "scripted")
HARDEST, LONGEST_MIN = 5, 120
MOST_USERS = 10**9
EYES: tuple[Eyes, ...] = get_args(Eyes)
GAME = "game-day"
"""What the lab of a game is called, whatever drill it is made of."""

Drills = Callable[[str], Drill]
"""A drill by its name; raises ``DrillError`` where there is none."""


def is_scenario(path: Path) -> bool:
    """Whether a file is a scenario, or meant to be one: it has something sealed.

    Raises:
        DrillError: it can't be read.
    """
    top, _ = parse_source(str(path), read_content(path))
    return isinstance(top.content, dict) and "sealed" in top.content


def load_scenario(path: Path, using: Known, drills: Drills) -> Scenario:
    """Read a scenario's file.

    Args:
        path: the file; its stem is the scenario's name.
        using: what its steps may name.
        drills: how a drill that it names is found.

    Raises:
        DrillError: the file can't be read, or something in it is wrong; all of it is named at once.
    """
    top, problems = parse_source(str(path), read_content(path))
    reader = Reader(problems)
    scenario = _read(reader, top, path.stem, using, drills)
    if reader.problems:
        raise DrillError.of(str(path), reader.problems)
    return Scenario.model_validate(scenario.resolved())


def _read(reader: Reader, top: Value, name: str, using: Known, drills: Drills) -> Scenario:
    found = reader.keys(top, REQUIRED)
    check_version(reader, found.get("version"))
    nowhere = Value(top.line, "", {})
    drill, eyes = _lab(reader, found.get("lab", nowhere), using, drills)
    sealed = reader.keys(found["sealed"], *SEALED) if "sealed" in found else {}
    steps = _timed(reader, sealed.get("steps"), using, words=False)
    victory = _victory(reader, sealed.get("victory", nowhere), using, quiet=not steps)
    scenario = Scenario.model_construct(
        name=name,
        title=read_text(reader, found.get("title")),
        warning=read_text(reader, found.get("warning")),
        difficulty=reader.integer(found["difficulty"], 1, HARDEST) if "difficulty" in found else 1,
        minutes=reader.integer(found["minutes"], 1, LONGEST_MIN) if "minutes" in found else 1,
        drill=drill,
        eyes=eyes,
        users=_users(reader, found["users"], drill) if "users" in found else {},
        steps=steps,
        twists=_timed(reader, sealed.get("twists"), using, words=True),
        hints=_hints(reader, sealed.get("hints")),
        causes=_causes(reader, sealed["cause"], using) if "cause" in sealed else (),
        victory=victory,
    )
    if "sealed" in found and not reader.problems:
        _check_whole(reader, found["sealed"], scenario)
    return scenario


def _check_whole(reader: Reader, place: Value, scenario: Scenario) -> None:
    """What can be seen only of all parts together."""
    if scenario.scripted_s() > MOST_SCRIPTED_S:
        reader.fail(
            place,
            f"its scripted pace takes {scenario.scripted_s():.0f} s; {MOST_SCRIPTED_S:g} s at most: give its steps "
            "`scripted: {at: 5 s, for: 20 s}`",
        )
    late = [one for one in (*scenario.steps, *scenario.twists) if one.played.at_s >= 60 * scenario.minutes]
    if late:
        reader.fail(
            place,
            f"what comes at {late[0].played.at_s:g} s comes after the game's {scenario.minutes} minutes",
        )
    nothing = any(cause.kind == NOTHING for cause in scenario.causes)
    if nothing is not scenario.quiet:
        reader.fail(place, f"the cause is `{NOTHING}` where there are no steps, and only there")
    timed = (*scenario.steps, *scenario.twists)
    places = [(place, one.step.name) for one in timed if one.step is not None]
    reader.unique(place, places)


def _lab(reader: Reader, value: Value, using: Known, drills: Drills) -> tuple[Drill, tuple[Eyes, ...]]:
    """The drill that the lab is made of, with what the scenario replaces and without what it does."""
    found = reader.keys(value, ("drill",), OF_LAB)
    drill = _drill(reader, found["drill"], drills) if "drill" in found else _STAND_IN
    rate = reader.quantity(found["rate"], units.RATE_RPS, above_zero=True) if "rate" in found else None
    headroom = reader.number(found["headroom"], 0, 100) if "headroom" in found else drill.bridge.headroom
    queue_s = (
        reader.quantity(found["queue"], units.DURATION_S, above_zero=True)
        if "queue" in found
        else drill.bridge.queue_s
    )
    monitoring = read_monitoring(reader, found["monitoring"], using) if "monitoring" in found else None
    settings = read_configuration(reader, found["configuration"], using) if "configuration" in found else {}
    eyes = _eyes(reader, found["eyes"], watched=monitoring is not None) if "eyes" in found else ("lab",)
    bare = drill.model_copy(
        update={
            "name": GAME,
            "title": "A lab to respond in",
            "description": "",
            "tags": (),
            "load": drill.load if rate is None else drill.load.at_rate(rate),
            "bridge": Bridge(headroom=headroom, queue_s=queue_s),
            "monitoring": monitoring,
            "reserve": reader.flag(found["reserve"]) if "reserve" in found else drill.reserve,
            "configuration": {
                name: {**drill.configuration.get(name, {}), **settings.get(name, {})}
                for name in {**drill.configuration, **settings}
            },
            "steady_state": None,
            "phases": (Phase(name="baseline", planned_s=1.0, role="baseline"),),
            "method": (),
            "expect": (),
            "abort_if": (),
            "blast_radius": (),
            "rollbacks": (),
            "search": None,
            "variants": (),
            "text": "",
        }
    )
    return bare, cast("tuple[Eyes, ...]", eyes)


def _drill(reader: Reader, value: Value, drills: Drills) -> Drill:
    try:
        return drills(reader.text(value)).runs[0]
    except DrillError as error:
        reader.fail(value, str(error).splitlines()[0])
        return _STAND_IN


def _eyes(reader: Reader, value: Value, *, watched: bool) -> tuple[str, ...]:
    """What responders see: the lab's figures, or some of the planes."""
    eyes = tuple(reader.choice(item, EYES, "eye") for item in reader.items(value))
    if not eyes and value.content == ():
        reader.fail(value, f"who sees nothing can't play; write one of {', '.join(EYES)}")
    if any(eye != "lab" for eye in eyes) and not watched:
        reader.fail(value, "no plane watches here: add `monitoring: same-listener`, or write `[lab]`")
    return eyes


def _users(reader: Reader, value: Value, drill: Drill) -> dict[str, int]:
    """How many people stand behind each customer of the load."""
    customers = drill.load.names or (ALL,)
    found = reader.keys(value, customers if drill is not _STAND_IN else ())
    return {name: reader.integer(part, 1, MOST_USERS) for name, part in found.items()}


def _timed(reader: Reader, value: Value | None, using: Known, *, words: bool) -> tuple[TimedStep, ...]:
    """Steps in the words of a drill file, each with its time; ``words``: one that only says something will do."""
    items = reader.items(value) if value is not None else ()
    return tuple(_one_timed(reader, item, using, words=words) for item in items)


def _one_timed(reader: Reader, item: Value, using: Known, *, words: bool) -> TimedStep:
    keys = dict(reader.mapping(item))
    times = {key: keys.pop(key) for key in TIMES if key in keys}
    say = keys.pop("say") if words and "say" in keys else None
    if "at" not in times:
        reader.fail(item, "key is missing: `at`, like `at: 3 min`")
    played = _moment(reader, times, Moment(at_s=0.0))
    scripted = played
    if "scripted" in times:
        scripted = _moment(reader, reader.keys(times["scripted"], (), TIMES[:2]), played)
    step: Step | None = None
    if keys or say is None:
        (step,) = read_steps(
            reader, replace(item, content=(replace(item, content=keys),)), (), using, with_phase=False
        )
    return TimedStep.model_construct(
        played=played, scripted=scripted, step=step, say=reader.text(say) if say is not None else ""
    )


def _moment(reader: Reader, times: dict[str, Value], default: Moment) -> Moment:
    at_s = reader.quantity(times["at"], units.DURATION_S) if "at" in times else default.at_s
    lasts = default.for_s
    if "for" in times:
        lasts = reader.quantity(times["for"], units.DURATION_S, above_zero=True)
    return Moment(at_s=at_s, for_s=lasts)


def _hints(reader: Reader, value: Value | None) -> tuple[Hint, ...]:
    return tuple(_hint(reader, item) for item in reader.items(value)) if value is not None else ()


def _hint(reader: Reader, item: Value) -> Hint:
    found = reader.keys(item, ("text", "costs"))
    costs_s = reader.quantity(found["costs"], units.DURATION_S) if "costs" in found else 0.0
    return Hint.model_construct(text=read_text(reader, found.get("text")), costs_s=costs_s)


def _causes(reader: Reader, value: Value, using: Known) -> tuple[Cause, ...]:
    """One cause, or several that are as right."""
    items: Sequence[Value] = value.content if isinstance(value.content, tuple) else (value,)
    if not items:
        reader.fail(value, "the true cause is missing, like `capacity of bridge`")
    return tuple(_cause(reader, item, using) for item in items)


def _cause(reader: Reader, item: Value, using: Known) -> Cause:
    text = reader.text(item)
    try:
        return parse_cause(text, using.services) if text else Cause(kind=NOTHING)
    except DrillError as error:
        reader.fail(item, str(error))
        return Cause(kind=NOTHING)


def _victory(reader: Reader, value: Value, using: Known, *, quiet: bool) -> Victory:
    needed = () if quiet else ("within", "again")
    found = reader.keys(value, needed, ("within", "again", "envelope"))
    seconds = {
        key: reader.quantity(found[key], units.DURATION_S, above_zero=True)
        for key in ("within", "again")
        if key in found
    }
    if quiet and seconds:
        reader.fail(value, f"nothing is played again where nothing is wrong; leave {quote('again')} out")
    return Victory.model_construct(
        within_s=seconds.get("within", 0.0),
        again_s=seconds.get("again", 0.0),
        envelope=read_envelope(reader, found["envelope"], using) if "envelope" in found else {},
    )


_STAND_IN = Drill.model_construct(
    name=GAME,
    title="",
    description="",
    tags=(),
    seed=1,
    load=Load(target="unread", rate_rps=1.0),
    bridge=Bridge(headroom=1.0),
    configuration={},
    steady_state=None,
    phases=(),
    method=(),
    expect=(),
    abort_if=(),
    blast_radius=(),
    rollbacks=(),
    text="",
)
"""A drill that could not be read: what is wrong is known by then."""
