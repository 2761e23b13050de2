"""The director on a clock of its own. Tests lab.exercise: director, roles."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from chaos.lab_error import LabError
from lab.drillfile import DrillError, Step
from lab.drillfile.scenario import SEEN_AFTER_S, SETTLES_S, Hint, Moment, Scenario, TimedStep
from lab.exercise.director import FINAL_AFTER_S, Director
from lab.exercise.player_roles import MAY, PLAYER_ROLES, VERBS, RoleError, Verb, allowed
from lab.exercise.scenarios import open_scenario
from lab.exercise.seal import SealedGame
from lab.journal.exercise_events import ExerciseBegun
from lab.journal.plane_events import PageReceived, PlaneSample
from tests.lab.exercise.virtual_lab import VirtualLab, settled

START_S = 100.0


def scenario(**changes: object) -> Scenario:
    return open_scenario("throttled-bridge").model_copy(update=changes)


Played = tuple[Director, VirtualLab, "asyncio.Task[None]"]


async def begun(one: Scenario, lab: VirtualLab | None = None) -> Played:
    lab = lab or VirtualLab()
    director = Director(SealedGame(one, 3, "scripted"), frozenset({"bridge", "storefront"}))
    task = asyncio.create_task(director.play(lab))
    await settled()
    return director, lab, task


def say(
    director: Director, verb: str, text: str = "", *, facilitator: bool = False, **more: str
) -> Coroutine[Any, Any, dict[str, Any]]:
    return director.act(verb, {"by": "ada", "role": "responder", "text": text, **more}, facilitator)


@pytest.mark.slow
async def test_the_trigger_is_played_and_after_resolve_once_more_and_undone_both_times() -> None:
    """At its times, undone before it comes again, and the game ends when that has been watched."""
    director, lab, task = await begun(scenario())
    await lab.advance(START_S + 20)
    assert lab.did == [(106.0, "apply", "worn-device")]
    await say(director, "resolve")
    await lab.advance(START_S + 20)
    assert lab.did[1:] == [(120.0, "undo", "worn-device")]
    await lab.advance(START_S + 20 + SETTLES_S + 20)
    assert lab.did[2:] == [(136.0, "apply", "worn-device-again"), (156.0, "undo", "worn-device-again")]
    victory = director.scenario.victory
    over_s = 156 + victory.within_s + SEEN_AFTER_S + director.scenario.drill.load.patience_s + FINAL_AFTER_S
    await lab.advance(over_s - 0.1)
    assert not task.done()
    await lab.advance(over_s)
    await task
    assert [lab.notes(f"gameday.{act}") for act in ("resolved", "retriggered", "stopped")] == [
        [""],
        ["the trigger comes again"],
        ["the game ends"],
    ]
    (first,) = [one for one in lab.events if isinstance(one, ExerciseBegun)]
    assert Scenario.model_validate(first.scenario) == director.scenario


@pytest.mark.slow
async def test_a_step_ends_by_itself_where_no_one_resolves_and_time_is_up_in_the_end() -> None:
    """After 60 s; the game is over after three minutes in the scripted pace, and without a second trigger."""
    _, lab, task = await begun(scenario())
    await lab.advance(START_S + 400)
    await task
    assert [did[1:] for did in lab.did] == [("apply", "worn-device"), ("undo", "worn-device")]
    assert lab.did[1][0] == START_S + 66
    assert lab.notes("gameday.said") == ["Time is up."]
    assert lab.notes("gameday.retriggered") == []


@pytest.mark.slow
async def test_a_team_that_resolves_before_anything_happened_is_none_the_wiser() -> None:
    """The answer is the same, and the game goes on."""
    director, lab, task = await begun(scenario())
    early = await say(director, "resolve")
    await lab.advance(START_S + 10)
    assert [did[1:] for did in lab.did] == [("apply", "worn-device")]
    late = await say(director, "resolve")
    assert early["said"] == late["said"]
    await lab.advance(START_S + 200)
    await task
    assert [did[1] for did in lab.did] == ["apply", "undo", "apply", "undo"]


@pytest.mark.slow
async def test_who_resolves_early_sees_the_same_whether_anything_is_to_come_or_nothing_is_wrong() -> None:
    """Before the first step or word of the scenario, and until it comes: else resolving would tell which game it is."""
    seen = []
    for name in ("nothing-wrong", "throttled-bridge"):
        director, lab, task = await begun(open_scenario(name))
        await say(director, "resolve")
        await lab.advance(START_S + 3)
        seen.append((await say(director, "status"))["state"])
        await lab.advance(START_S + 40)
        assert lab.notes("gameday.stopped") == []
        assert (await say(director, "status", facilitator=True, role="facilitator"))["state"] == "playing"
        task.cancel()
    assert seen == ["resolved, and being watched"] * 2


@pytest.mark.slow
async def test_a_twist_does_not_come_into_the_second_trigger() -> None:
    """What is watched is whether the fix holds when the trigger comes again, and nothing else."""
    director, lab, task = await begun(open_scenario("helpful-colleague"))
    await lab.advance(START_S + 28)
    await say(director, "resolve")
    await lab.advance(START_S + 200)
    await task
    assert [name for _, what, name in lab.did if what == "apply"] == ["detour", "detour-again"]
    assert lab.notes("gameday.said") == []


@pytest.mark.slow
async def test_stop_ends_it_at_any_time_and_leaves_nothing_of_the_directors_active() -> None:
    """In the first trigger, and in the second."""
    for resolved in (False, True):
        director, lab, task = await begun(scenario())
        await lab.advance(START_S + 10)
        if resolved:
            await say(director, "resolve")
            await lab.advance(START_S + 25)
        await say(director, "stop")
        await lab.advance(START_S + 60)
        await task
        assert lab.did[-1][1] == "undo"
        assert [did[1] for did in lab.did].count("apply") == [did[1] for did in lab.did].count("undo")


@pytest.mark.slow
async def test_a_twist_that_breaks_is_the_facilitators_to_know_and_the_game_goes_on() -> None:
    """Whatever it breaks by: it was not played, which the journal says."""

    class Broken(VirtualLab):
        async def apply(self, step: Step, by: str) -> str:
            if step.name == "old-settings":
                raise OSError("the socket is gone")
            return await super().apply(step, by)

    director, lab, task = await begun(open_scenario("helpful-colleague"), Broken())
    await lab.advance(START_S + 60)
    await say(director, "stop")
    await lab.advance(START_S + 400)
    await task
    assert lab.notes("facilitator") == ["a twist was not played: OSError('the socket is gone')"]
    assert lab.notes("gameday.stopped") == ["the game ends"]


@pytest.mark.slow
async def test_a_twist_comes_at_its_time_and_may_be_words_alone() -> None:
    """A colleague's policy, and a message."""
    policy = open_scenario("throttled-bridge").steps[0].step
    assert policy is not None
    helpful = policy.model_copy(update={"name": "helpful", "kind": "mitigation"})
    moment, later = Moment(at_s=3), Moment(at_s=8, for_s=4)
    twists = (
        TimedStep(played=moment, scripted=moment, say="The pager is silent."),
        TimedStep(played=later, scripted=later, step=helpful, say="I helped."),
    )
    director, lab, task = await begun(scenario(twists=twists))
    await lab.advance(START_S + 15)
    assert [(t - START_S, what, name) for t, what, name in lab.did if name == "helpful"] == [
        (8, "apply", "helpful"), (12, "undo", "helpful"),
    ]  # fmt: skip
    status = await say(director, "status")
    assert [(one["at_s"], one["text"]) for one in status["said"]] == [
        (3.0, "The pager is silent."), (8.0, "I helped."),
    ]  # fmt: skip
    task.cancel()


@pytest.mark.slow
async def test_a_step_that_is_refused_or_held_is_the_facilitators_trouble_and_the_game_goes_on() -> None:
    """What a responder has changed over stays until the rollback; nothing of it is said to responders."""
    lab = VirtualLab(refuses={"worn-device-again"}, holds={"worn-device"})
    director, lab, task = await begun(scenario(), lab)
    await lab.advance(START_S + 10)
    await say(director, "resolve")
    await lab.advance(START_S + 200)
    await task
    first, second = lab.notes("facilitator")
    assert first.startswith("worn-device could not be undone")
    assert second.startswith("worn-device-again was refused")


@pytest.mark.slow
async def test_where_nothing_is_wrong_nothing_is_done_and_resolve_ends_it() -> None:
    """It is watched as long, so that the end says nothing early."""
    director, lab, task = await begun(open_scenario("nothing-wrong"))
    await lab.advance(START_S + 10)
    await say(director, "declare", "nothing")
    await say(director, "resolve")
    await lab.advance(START_S + 100)
    await task
    assert lab.did == []
    assert lab.notes("gameday.declared") == ["nothing"]


@pytest.mark.slow
async def test_hints_come_in_their_order_with_what_they_cost_and_end() -> None:
    """Each is written down."""
    hints = (Hint(text="one", costs_s=60), Hint(text="two", costs_s=120))
    director, lab, task = await begun(scenario(hints=hints))
    first, second = await say(director, "hint"), await say(director, "hint")
    assert (first["text"], first["costs_s"], first["left"]) == ("one", 60, 1)
    assert (second["text"], second["left"]) == ("two", 0)
    with pytest.raises(ValueError, match="no more hints"):
        await say(director, "hint")
    assert lab.notes("gameday.hint") == ["one", "two"]
    task.cancel()


@pytest.mark.slow
async def test_what_is_declared_must_be_a_cause_and_may_be_wrong() -> None:
    """The nearest is offered; a wrong one is written down like a right one, and the answer is the same."""
    director, lab, task = await begun(scenario())
    with pytest.raises(DrillError, match="did you mean `capacity`"):
        await say(director, "declare", "capasity of bridge")
    wrong = await say(director, "declare", "latency of bridge")
    right = await say(director, "declare", "capacity  of bridge")
    assert wrong.keys() == right.keys()
    assert lab.notes("gameday.declared") == ["latency of bridge", "capacity of bridge"]
    task.cancel()


@pytest.mark.slow
async def test_words_are_one_clean_line_and_no_one_is_the_director() -> None:
    """What a person types can't drive a terminal, nor pass for the scenario."""
    director, lab, task = await begun(scenario())
    await say(director, "update", "we\x1b[2J are\non it " + "x" * 900)
    (said,) = lab.notes("gameday.update")
    assert said.startswith("we [2J are on it x")
    assert len(said) == 500
    with pytest.raises(ValueError, match="choose another name"):
        await say(director, "note", "hello", by="director")
    with pytest.raises(ValueError, match="needs words"):
        await say(director, "update", " ")
    task.cancel()


@pytest.mark.slow
async def test_before_it_has_begun_and_after_it_is_over_nothing_is_taken() -> None:
    """Its state is said."""
    director = Director(SealedGame(scenario()), None)
    assert (await say(director, "status"))["state"] == "coming up"
    with pytest.raises(ValueError, match="the game is coming up"):
        await say(director, "note", "early")


@pytest.mark.slow
async def test_responders_see_the_pages_and_answers_of_the_planes_that_are_left_to_them() -> None:
    """Ops alone: not the shared plane's."""
    director, _, task = await begun(scenario(eyes=("ops",)))
    for plane in ("ops", "shared"):
        director.see(PageReceived(plane=plane, alert="Goodput", state="firing", received_s=112, sent_t=110))
        director.see(
            PlaneSample(
                plane=plane, second=10, query="goodput", value=42.0, asked_s=11.5, newest_age_s=1.0, answered_ms=3,
                scrapes_ok_total=1, scrapes_expected_total=1,
            )
        )  # fmt: skip
    status = await say(director, "status")
    assert [(page["plane"], page["at_s"]) for page in status["pages"]] == [("ops", 12.0)]
    assert status["planes"] == {"ops": {"goodput": 42.0}}
    task.cancel()


@pytest.mark.slow
async def test_the_facilitator_can_speak_to_all_and_give_more_time() -> None:
    """Each is written down; the game ends by so much later. Responders may do neither."""
    director, lab, task = await begun(scenario())
    key = {"facilitator": True, "role": "facilitator", "by": "grace"}
    await say(director, "say", "The pager is silent.", **key)  # type: ignore[arg-type]
    await say(director, "extend", "2", **key)  # type: ignore[arg-type]
    status = await say(director, "status")
    assert [one["text"] for one in status["said"]] == ["The pager is silent.", "2 minutes more."]
    assert status["left_s"] == 300
    await lab.advance(START_S + 299)
    assert lab.notes("gameday.said") == ["The pager is silent.", "2 minutes more."]
    await lab.advance(START_S + 320)
    await task
    assert lab.notes("gameday.said")[-1] == "Time is up."
    for verb in ("say", "extend"):
        with pytest.raises(RoleError, match=f"responder may not {verb}"):
            await say(director, verb, "2")


@pytest.mark.parametrize("minutes", ["0", "-1", "many", "", "1000"])
@pytest.mark.slow
async def test_more_time_is_a_number_of_minutes(minutes: str) -> None:
    """Anything else is refused, and nothing changes."""
    director, _, task = await begun(scenario())
    with pytest.raises(ValueError, match="not a number of minutes from 1 to 120"):
        await say(director, "extend", minutes, facilitator=True, role="facilitator")
    assert (await say(director, "status"))["left_s"] == 180
    task.cancel()


@pytest.mark.slow
async def test_status_names_nothing_that_is_sealed_but_to_the_facilitator() -> None:
    """Before, in and after the first trigger."""
    director, lab, task = await begun(scenario())
    for until_s in (START_S + 2, START_S + 10, START_S + 70):
        await lab.advance(until_s)
        assert not [
            word for word in ("worn", "capacity", "throttle") if word in str(await say(director, "status"))
        ]
    told = await say(director, "status", facilitator=True, role="facilitator")
    assert told["sealed"]["cause"] == ["capacity of bridge"]
    task.cancel()


@pytest.mark.parametrize("verb", VERBS)
def test_each_role_may_what_it_may(verb: Verb) -> None:
    """And the refusal says who may; the facilitator needs the key."""
    for role in PLAYER_ROLES:
        if role in MAY[verb]:
            assert allowed(verb, role, facilitator=True) == (verb, role)
        else:
            with pytest.raises(RoleError, match=f"{role} may not {verb}; who may: "):
                allowed(verb, role, facilitator=True)
    with pytest.raises(LabError, match="add --facilitator"):
        allowed(verb, "facilitator", facilitator=False)
    with pytest.raises(RoleError, match="did you mean `scribe`"):
        allowed(verb, "scrib", facilitator=False)
