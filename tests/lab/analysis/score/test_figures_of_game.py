"""The figures of a game day over journals written in code. Tests lab.analysis.score and lab.report.debrief."""

import json
import subprocess
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import pytest

from lab.analysis import Timeline
from lab.analysis.score import GameError, GameScore, game_of, score_game
from lab.analysis.score.points import points
from lab.exercise.scenarios import open_scenario
from lab.journal.events import EVENT
from lab.journal.plane_events import PageReceived, PlaneConfigured, PlaneSample
from lab.report.debrief import debrief
from tests.checkout import ROOT
from tests.lab.analysis.score.game_journal import GameJournal
from tests.lab.analysis.synthetic import opened

if TYPE_CHECKING:
    from lab.journal.exercise_events import Act

pytestmark = pytest.mark.slow


def played(journal: GameJournal) -> GameScore:
    return score_game(Timeline.fold(journal.events()))


def good_player() -> GameJournal:
    """Hurt from 30 s on; noticed, explained, mitigated at 60 s and back at 70 s; the second trigger is hardly felt."""
    journal = GameJournal().good(30, 70, 0.2).good(131, 134, 0.7)
    journal.trigger(30.0, 110.0).trigger(130.0, 150.0, again=True)
    journal.act(35.0, "note", "the shop is slow").act(40.0, "update", "we are looking into it")
    journal.act(45.0, "hint", "look at the device").act(50.0, "declared", "latency of bridge")
    journal.act(55.0, "declared", "capacity of bridge")
    journal.change("second-bridge", "mitigation", "second-bridge", "storefront", 60.0)
    journal.act(100.0, "resolved").act(129.0, "retriggered", by="director")
    return journal.act(190.0, "stopped")


def idle() -> GameJournal:
    """The one who does nothing: hurt until the trigger's own end; nothing is ever said."""
    journal = GameJournal().good(30, 110, 0.2)
    return journal.trigger(30.0, 110.0).act(112.0, "stopped", by="director")


def pressing() -> GameJournal:
    """The one who presses everything, one thing after the other, the helpful one among them; a limit is lifted."""
    journal = good_player()
    for number, name in enumerate(("shed", "queue-limit", "drop-expired", "lifo")):
        journal.change(name, "mitigation", name, "auth", 31.0 + 6 * number, 90.0 if name == "shed" else None)
    journal.loose, journal.loose_from_s = {"auth": {"queue_limit": 100_000}}, 38.0
    return journal


def test_a_good_player_wins_and_each_time_is_since_the_trigger_began() -> None:
    """The trigger is active from 30.1 s on; recovery is where service came back to stay."""
    score = played(good_player())
    assert (score.detect_s, score.tell_customers_s, score.diagnose_s) == (4.9, 9.9, 24.9)
    assert score.mitigate_s == 30.0
    assert score.recover_s == pytest.approx(39.9)
    assert score.recover_with_hints_s == pytest.approx(39.9 + 60)
    assert (score.holds, score.won, score.hints, score.wrong_turns) == ("yes", True, 1, ())
    assert score.declared == ((40.0, "latency of bridge"), (45.0, "capacity of bridge"))
    assert score.complete


def test_to_resolve_a_game_is_no_sign_of_having_noticed_anything() -> None:
    """Who waits until it is over by itself, and then says so, has detected nothing."""
    journal = idle()
    journal.act(100, "resolved")
    assert played(journal).detect_s is None


def test_who_declares_every_cause_in_turn_has_found_none() -> None:
    """The last one counts, from when it stood; before the trigger it would be a guess."""
    journal = idle()
    for at_s, text in ((10, "capacity of bridge"), (40, "capacity of bridge"), (45, "latency of bridge")):
        journal.act(at_s, "declared", text)
    assert played(journal).diagnose_s is None
    journal.act(60, "declared", "capacity of bridge").act(70, "declared", "capacity of bridge")
    began_s = played(idle().act(60, "note", "slow")).detect_s
    assert played(journal).diagnose_s == began_s


def test_customer_minutes_are_users_times_the_lost_share_of_each_second() -> None:
    """40 s of 80 % and 3 s of 30 %, of 42,000 users: (32 + 0.9) s x 42,000 / 60."""
    shop = played(good_player()).customers["shop"]
    assert shop.minutes_lost == pytest.approx((40 * 0.8 + 3 * 0.3) * 42_000 / 60, rel=1e-6)
    assert shop.minutes_lost_again == pytest.approx(3 * 0.3 * 42_000 / 60, rel=1e-6)
    assert shop.unmeasured_s == 0


def test_seconds_that_were_not_measured_are_said_and_cost_nothing() -> None:
    """The last seconds of a game that was cut short have no cohort."""
    journal = good_player()
    journal.lasts_s = 180
    assert played(journal).customers["shop"].unmeasured_s == 10


def test_who_does_nothing_does_not_win() -> None:
    """And has no times but what was lost."""
    score = played(idle())
    assert (score.won, score.detect_s, score.mitigate_s, score.holds) == (False, None, None, None)
    assert score.customers["streaming"].minutes_lost == pytest.approx(80 * 0.8 * 18_000 / 60, rel=1e-6)
    assert points(score) == 0


@pytest.mark.parametrize("pressed_s", [None, 60.0, 120.0])
def test_who_waits_until_the_trigger_is_over_and_resolves_does_not_win(pressed_s: float | None) -> None:
    """Service comes back by itself both times: with nothing active, and with something that never helped."""
    journal = GameJournal().good(30, 111, 0.2).good(131, 151, 0.2)
    journal.trigger(30.0, 110.0).trigger(170.0, 180.0, again=True)
    if pressed_s is not None:
        journal.change("lifo", "mitigation", "lifo", "auth", pressed_s)
    journal.act(159.0, "resolved").act(169.0, "retriggered", by="director").act(199.0, "stopped")
    score = played(journal)
    assert (score.holds, score.won) == ("yes", False)
    assert "came back by itself" in score.because


def test_what_helped_may_be_undone_where_something_else_is_the_fix() -> None:
    """Less load ends it, is taken back, and what stays was set when service was back."""
    journal = GameJournal().good(30, 70, 0.2).good(131, 134, 0.7)
    journal.trigger(30.0, 50.0).trigger(130.0, 150.0, again=True)
    journal.change("shed", "mitigation", "shed", "edge", 60.0, 100.0)
    journal.change("policy", "mitigation", "policy", "storefront", 90.0)
    journal.act(119.0, "resolved").act(129.0, "retriggered", by="director").act(190.0, "stopped")
    assert played(journal).won


def test_a_fix_that_was_there_before_the_trigger_wins_where_service_was_spared() -> None:
    """There was nothing to help."""
    journal = GameJournal().trigger(30.0, 110.0).trigger(130.0, 150.0, again=True)
    journal.change("second-bridge", "mitigation", "second-bridge", "storefront", 20.0)
    journal.act(119.0, "resolved").act(129.0, "retriggered", by="director").act(190.0, "stopped")
    assert played(journal).won


def test_what_the_facilitator_does_is_not_the_teams() -> None:
    """Neither noticed nor told, found nor paid for; the timeline says whose it was."""
    journal = idle()
    acts: tuple[Act, ...] = ("note", "update", "hint", "declared")
    for act in acts:
        journal.act(35.0, act, "capacity of bridge", by="grace", role="facilitator")
    journal.change("slow", "fault", "latency", "bridge", 50.0, 60.0, by="facilitator")
    score = played(journal)
    assert (score.detect_s, score.tell_customers_s, score.diagnose_s, score.hints) == (None, None, None, 0)
    text = debrief(game_of(Timeline.fold(journal.events())), score, PurePath("report.html"))
    assert "the facilitator: latency on bridge is active" in text


def test_who_presses_everything_has_wrong_turns_and_an_unsafe_fix() -> None:
    """Each that changed nothing, and the one that was undone; a lifted limit loses though traffic is back."""
    score = played(pressing())
    found = {turn.name: turn.because for turn in score.wrong_turns}
    assert found == {
        "shed": "undone", "queue-limit": "without effect", "drop-expired": "without effect", "lifo": "without effect",
    }  # fmt: skip
    assert (score.holds, score.won) == ("unsafe", False)
    assert "queue_limit of auth" in score.looser[0]
    assert points(played(good_player())) > points(score) > points(played(idle()))


def test_an_envelope_allows_what_it_names() -> None:
    """The same lifted limit, stated as safe."""
    journal = pressing()
    victory = journal.scenario.victory.model_copy(update={"envelope": {"auth": {"queue_limit": 200_000}}})
    journal.scenario = journal.scenario.model_copy(update={"victory": victory})
    assert played(journal).holds == "yes"


def test_a_fix_that_does_not_survive_the_second_trigger_does_not_hold() -> None:
    """Hurt again until the end."""
    score = played(good_player().good(131, 200, 0.1))
    assert (score.holds, score.won) == ("no", False)


def test_a_mitigation_in_a_healthy_system_is_a_wrong_turn_and_worse_where_it_hurts() -> None:
    """Before the trigger began, too."""
    journal = good_player().good(16, 22, 0.5).change("shed-early", "mitigation", "shed", "edge", 15.0)
    assert [turn.because for turn in played(journal).wrong_turns] == ["worse"]


def test_two_that_come_together_are_one_move() -> None:
    """What follows is the doing of both."""
    journal = good_player().change("isolate", "mitigation", "isolate", "streaming", 62.0)
    assert played(journal).wrong_turns == ()


def test_service_that_came_back_and_went_again_was_not_back() -> None:
    """Recovery is the one that stayed."""
    score = played(good_player().good(80, 90, 0.1))
    assert score.recover_s == pytest.approx(59.9)


def nothing_wrong() -> GameJournal:
    journal = GameJournal(scenario=open_scenario("nothing-wrong"))
    return journal.act(20.0, "said", "the shop is slow", by="director").act(150.0, "stopped")


def test_where_nothing_is_wrong_only_doing_nothing_wins() -> None:
    """Or saying so; any change loses, and so does a wrong word."""
    assert played(nothing_wrong()).won
    assert played(nothing_wrong().act(40.0, "declared", "nothing")).won
    assert not played(nothing_wrong().act(40.0, "declared", "latency of bridge")).won
    changed = played(nothing_wrong().change("shed", "mitigation", "shed", "edge", 50.0))
    assert not changed.won
    assert points(changed) < points(played(nothing_wrong()))
    assert changed.holds is None


def test_a_mitigation_of_the_directors_is_no_move_of_the_team() -> None:
    """A colleague in the scenario changes a policy: it is part of what happens to them."""
    journal = good_player().change("helpful", "mitigation", "policy", "streaming", 33.0, by="director")
    assert played(journal) == played(good_player())


def test_a_game_without_an_end_is_cut_short_and_says_so() -> None:
    """The lab died: what was measured stands, whether the fix holds is not known."""
    journal = good_player()
    journal.timed = [pair for pair in journal.timed if pair[0] < 125]
    journal.lasts_s = 125
    timeline = Timeline.fold(journal.events())
    score = score_game(timeline)
    assert (score.complete, score.holds, score.won) == (False, None, False)
    assert score.recover_s == pytest.approx(39.9)
    assert "cut short" in debrief(game_of(timeline), score, PurePath("report.html"))


def test_a_run_without_a_game_has_no_score() -> None:
    """And says so."""
    with pytest.raises(GameError, match="no game day was played"):
        score_game(Timeline.fold([opened(open_scenario("throttled-bridge").drill)]))


def test_the_debrief_says_what_the_score_says_and_blames_no_one() -> None:
    """Each part is there; points only where they were asked for."""
    timeline = Timeline.fold(pressing().events())
    score = score_game(timeline)
    text = debrief(game_of(timeline), score, PurePath("report.html"))
    for title in (
        "Impact",
        "Timeline",
        "What each eye showed",
        "What surprised us",
        "Contributing factors",
        "Actions",
    ):
        assert f"\n## {title}\n" in text
    assert f"{score.customers['shop'].minutes_lost:,.0f}" in text
    assert "- 0:30 customers are informed (ada): we are looking into it" in text
    assert "- 0:20 the scenario: capacity on bridge is active" in text
    assert "queue_limit of auth" in text
    assert "Scenario `throttled-bridge`, drawn by seed 3; 3:00 long, scripted pace." in text
    assert "What made `latency of bridge` the best explanation" in text
    assert not [word for word in ("fault of", "should have", "failed to", "blame", "mistake") if word in text]
    assert "points" not in text
    assert f"{points(score):g} points" in debrief(
        game_of(timeline), score, PurePath("report.html"), with_points=True
    )


def test_the_timeline_of_the_debrief_has_what_each_plane_showed_and_when() -> None:
    """Pages, and from when to when it was stale; a single late answer is no story."""
    journal = good_player()
    configured = PlaneConfigured(
        plane="shared", mode="same-listener", service="prometheus", alertmanager="am", version=None,
        scrape_interval_s=1.0, scrape_timeout_s=0.9, window_s=5.0, targets=("edge",), bounds_s={"Errors": 20.0},
    )  # fmt: skip
    seeing = configured.model_copy(update={"plane": "ops", "service": "ops-prometheus"})
    journal.timed += [(1.0, configured), (1.0, seeing)]
    for second in (*range(32, 68), 80):
        sample = PlaneSample(
            plane="shared", second=second, query="goodput", value=None, asked_s=second + 1.5, newest_age_s=None,
            answered_ms=None, scrapes_ok_total=None, scrapes_expected_total=1, error="timeout",
        )  # fmt: skip
        journal.timed.append((second + 2.0, sample))
    page = PageReceived(plane="shared", alert="Errors", state="firing", received_s=45.0, sent_t=44.0)
    journal.timed.append((45.2, page))
    timeline = Timeline.fold(journal.events())
    text = debrief(game_of(timeline), score_game(timeline), PurePath("report.html"))
    assert "- 0:35 the shared plane pages: Errors" in text
    assert "- 0:22 the shared plane is stale, until 0:58" in text
    assert text.count("is stale, until") == 1
    assert "| shared | 0:15 | Errors |" in text


def test_an_empty_process_makes_the_same_figures_from_the_journal_alone(tmp_path: Path) -> None:
    """Nothing but the file: no scenario's file, no lab."""
    events = pressing().events()
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(b"".join(EVENT.dump_json(event) + b"\n" for event in events))
    code = (
        "import sys; from pathlib import Path; from lab.journal import read; from lab.analysis import Timeline;"
        "from lab.analysis.score import score_game;"
        "print(score_game(Timeline.fold(read(Path(sys.argv[1])).events)).model_dump_json())"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(journal)],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(score_game(Timeline.fold(events)).model_dump_json())
