"""The defects that are planted: at least one for each registered instrument check (a test holds that).

To add one: an act (done to a lab that runs) or an alteration (of its journal), and a line here.
"""

from collections.abc import Mapping

from bench.defects import acts, alterations
from bench.defects.defect import Altered, Defect, Live, Moment, Report, in_phase
from lab.journal.events import BridgeSample, LoadSample

CALIBRATING = Moment('"name":"bridge-capacity"')
"""The first cap is set."""
AFTERMATH = in_phase("aftermath", 1.0)
WHILE_STUCK = in_phase("aftermath", 5.0)

_ALL = (
    Defect(
        "suspended", "the machine sleeps for 30 s in the middle of the run",
        (Report("clock", "suspended"),),
        Altered(alterations.jumped(30.0, "suspended_s_total", "wall_clock_s")),
    ),
    Defect(
        "clock-set", "the machine's clock is set by 5 s in the middle of the run",
        (Report("clock", "wall clock set"),),
        Altered(alterations.jumped(5.0, "wall_clock_s")),
    ),
    Defect(
        "unsteady-baseline", "auth is stopped for 3 s of the baseline",
        (
            Report("steady state", "steady state: goodput"),
            Report("steady state", "steady state: amplification"),
        ),
        Live(in_phase("baseline", 1.0), acts.stopped("auth", 3.0)),
    ),
    Defect(
        "late-load", "the load is held back for 200 of each 500 ms",
        (Report("offered", "load's lag p99"),),
        Live(AFTERMATH, acts.pulsed("load", 0.2, 0.5, 8.0)),
    ),
    Defect(
        "stopped-load", "the load is stopped for 7 s, longer than its requests wait",
        (Report("offered", "arrivals started"), Report("stood still", "parts that stood still")),
        Live(AFTERMATH, acts.stopped("load", 7.0)),
    ),
    Defect(
        "silent-service", "the canary answers nothing for 12 s",
        (Report("truth", "truth samples"), Report("stood still", "parts that stood still")),
        Live(AFTERMATH, acts.stopped("canary", 12.0)),
    ),
    Defect(
        "lost-samples", "one sample in 20 is missing",
        (Report("truth", "truth samples"),),
        Altered(alterations.lost_samples(20)),
    ),
    Defect(
        "unasked-plane", "the ops plane is not asked about one second in ten",
        (Report("planes", "plane ops asked"),),
        Altered(alterations.unasked_seconds("ops", 10)), drill="quiet",
    ),
    Defect(
        "old-prometheus", "the planes' Prometheus is 2.30",
        (Report("planes", "plane ops version"),),
        Altered(alterations.planes_of(version="2.30.0")), drill="quiet",
    ),
    Defect(
        "no-targets", "the planes scrape nothing",
        (Report("planes", "plane ops targets"),),
        Altered(alterations.planes_of(targets=())), drill="quiet",
    ),
    Defect(
        "silent-pager", "on-call reports nothing",
        (Report("planes", "pages received"),),
        Altered(alterations.silent_pager), drill="quiet",
    ),
    Defect(
        "strange-requests", "someone else sends edge 30 requests a second for 8 s",
        (Report("conservation", "load sent = edge received"),),
        Live(AFTERMATH, acts.strange_requests("edge", 30, 8.0)),
    ),
    Defect(
        "requests-unsent", "the load counts 2 % more than it sent",
        (Report("conservation", "load sent = edge received"),),
        Altered(
            alterations.together(
                alterations.grown(LoadSample, "sent_total", 1.02),
                alterations.grown(LoadSample, "requests_total", 1.02),
            )
        ),
    ),
    Defect(
        "lost-outcomes", "2 % of the attempts have no end",
        (Report("conservation", "attempts = outcomes + in flight"),),
        Altered(alterations.lost_outcomes(2)),
    ),
    Defect(
        "step-refused", "storefront is stopped as the mitigation is to be applied, for 8 s",
        (Report("steps", "steps applied and read back"),),
        Live(in_phase("aftermath", 14.0), acts.stopped("storefront", 8.0)),
    ),
    Defect(
        "step-unread", "the mitigation was applied, but not active when it was read back",
        (Report("steps", "steps applied and read back"),),
        Altered(alterations.never_read_back("mitigation", "applied")),
    ),
    Defect(
        "fault-removed", "someone removes the fault from the bridge half a second after its start",
        (Report("fault-effect", "fault effect: slow-bridge"), Report("toxics as set", "toxics as set")),
        Live(in_phase("trigger", 0.5), acts.toxics_removed()),
    ),
    Defect(
        "not-undone", "the mitigation was still active when its undo was read back",
        (Report("undone", "undone and read back"),),
        Altered(alterations.never_read_back("mitigation", "reverted")),
    ),
    Defect(
        "around-the-bridge", "a fifth of the attempts never came to the bridge",
        (Report("crossing", "traffic crossed the bridge"),),
        Altered(alterations.grown(BridgeSample, "accepted_total", 0.8)),
    ),
    Defect(
        "unsteady-calibration", "router is held back for 500 of each 1,400 ms while the capacity is measured",
        (Report("calibration", "capacity known"),),
        Live(CALIBRATING, acts.pulsed("router", 0.5, 1.4, 14.0)),
    ),
    Defect(
        "wide-interval", "the capacity is known within 35 % only",
        (Report("calibration", "capacity known"),),
        Altered(alterations.known_within(0.35)),
    ),
    Defect(
        "not-saturated", "the accept queue was empty in 70 % of the readings while the capacity was measured",
        (Report("calibration", "saturated while calibrated"),),
        Altered(alterations.calibrated(queue_empty_ratio=0.7)),
    ),
    Defect(
        "share-not-delivered", "the bridge got 70 % of its share while the capacity was measured",
        (Report("calibration", "share delivered while calibrated"),),
        Altered(alterations.calibrated(delivered_ratio=0.7)),
    ),
    Defect(
        "other-capacity", "the capacity is 1.25 times what the drill asks for",
        (Report("calibration", "capacity = headroom x rate"),),
        Altered(alterations.other_capacity(1.25)),
    ),
    Defect(
        "short-queue", "the bridge had a queue of 64 when it was calibrated",
        (Report("queue", "queue = what was asked"),),
        Altered(alterations.calibrated(listen_queue=64)),
    ),
    Defect(
        "congested-baseline", "connections waited for the bridge, and the canary's calls as well, before the trigger",
        (
            Report("saturation", "queueing delay in the baseline"),
            Report("saturation", "canary's wait in the baseline"),
        ),
        Altered(alterations.congested_before("trigger", queue=400, wait_ms=2000.0)),
    ),
    Defect(
        "not-the-bridges", "the bridge has no cap, and auth takes 3 s for each answer: stuck, but not at the bridge",
        (Report("saturation", "queueing delay while stuck"), Report("settings as set", "settings as set")),
        Live(
            in_phase("aftermath", 0.0),
            acts.both(acts.answers_after("auth", 3000, 10_000), acts.capped(None)),
        ),
    ),
    Defect(
        "slow-behind", "auth takes 500 ms for an answer, 10 at once: a queue behind the bridge",
        (Report("saturation", "queue behind the bridge while stuck"), Report("settings as set", "settings as set")),
        Live(in_phase("aftermath", 0.0), acts.answers_after("auth", 500, 10)),
    ),
    Defect(
        "slack-governor", "the governor delivers about 90 % of the cap for 10 s",
        (Report("governor", "CPU cap delivered"),),
        Live(AFTERMATH, acts.governor_slack(0.1, 10.0)), runtimes=("embedded",),
    ),
    Defect(
        "more-than-the-cap", "the bridge has used 1.2 times the CPU that was counted",
        (Report("governor", "CPU cap delivered"), Report("within its cap", "CPU within its cap")),
        Altered(alterations.grown(BridgeSample, "cpu_s_total", 1.2)),
    ),
    Defect(
        "lagging-service", "edge is held back for 250 of each 1,000 ms",
        (Report("processes", "loop lag p99"),),
        Live(AFTERMATH, acts.pulsed("edge", 0.25, 1.0, 10.0)),
    ),
    Defect(
        "busy-service", "someone asks storefront for its metrics all the time, 8 at once",
        (Report("processes", "CPU of a process"),),
        Live(AFTERMATH, acts.hammered("storefront", 8, 13.0)),
    ),
    Defect(
        "busy-counters", "every service has used 90 % of a core more than was counted",
        (Report("processes", "CPU of a process"),),
        Altered(alterations.busy(0.9)),
    ),
    Defect(
        "few-threads", "three calls of the client's library wait for a thread",
        (Report("threads", "calls waiting for a thread"),),
        Altered(alterations.waiting_calls(3)),
    ),
    Defect(
        "overflow-elsewhere", "edge's accept queue is cut to one, and 200 connections come at once",
        (Report("sockets", "listen overflows, not the bridge's"),),
        Live(WHILE_STUCK, acts.overflowed("edge")),
    ),
    Defect(
        "few-files", "storefront may open hardly a file more for 3 s",
        (Report("sockets", "EMFILE, ENFILE, EADDRNOTAVAIL"),),
        Live(AFTERMATH, acts.few_files("storefront", 3.0)),
    ),
    Defect(
        "killed-service", "auth is killed",
        (Report("restarts", "unplanned exits and restarts"),),
        Live(WHILE_STUCK, acts.killed("auth")),
    ),
    Defect(
        "stolen-time", "5 % of the machine's time went to others on the same hardware",
        (Report("host", "steal"),),
        Altered(alterations.stolen(0.05)),
    ),
    Defect(
        "held-back", "the lab may use half a core, and is held back in one of ten periods",
        (Report("host", "held back by a CPU limit"),),
        Altered(alterations.held_back(0.1)),
    ),
    Defect(
        "hybrid-cpu", "one CPU of two is slow, and the bridge runs on it every fourth second",
        (Report("host", "device on another kind of CPU"),),
        Altered(alterations.on_a_slow_cpu(4)),
    ),
    Defect(
        "dead-governor", "the governor is killed while it lets the bridge run: no cap until it is replaced",
        (Report("within its cap", "CPU within its cap"),),
        Live(WHILE_STUCK, acts.governor_killed(while_stopped=False)), runtimes=("embedded",), wrong=frozenset({"fail"}),
    ),
    Defect(
        "dead-governor-stopped-bridge", "the governor is killed while it holds the bridge back",
        (),
        Live(WHILE_STUCK, acts.governor_killed(while_stopped=True)), runtimes=("embedded",), wrong=frozenset({"fail"}),
    ),
    Defect(
        "stopped-governor", "the governor is stopped for 3 s while it lets the bridge run: there is no cap",
        (Report("governor at work", "CPU governor at work"), Report("within its cap", "CPU within its cap")),
        Live(WHILE_STUCK, acts.governor_stopped(3.0, while_stopped=False)), runtimes=("embedded",),
    ),
    Defect(
        "stopped-governor-stopped-bridge", "the governor is stopped for 3 s while it holds the bridge back",
        (Report("governor at work", "CPU governor at work"), Report("stood still", "parts that stood still")),
        Live(WHILE_STUCK, acts.governor_stopped(3.0, while_stopped=True)), runtimes=("embedded",),
    ),
    Defect(
        "foreign-toxic", "someone else adds 2 s of latency to the bridge",
        (Report("toxics as set", "toxics as set"),),
        Live(WHILE_STUCK, acts.strange_toxic()),
    ),
    Defect(
        "other-queue", "the bridge's accept queue is cut to 50",
        (Report("queue", "queue = what was asked"), Report("queue as set", "listen queue as set")),
        Live(WHILE_STUCK, acts.queue_of("bridge", acts.BRIDGE_PORT, 50)),
    ),
    Defect(
        "no-cap", "the bridge's cap is lifted",
        (Report("cap as set", "CPU cap as set"),),
        Live(WHILE_STUCK, acts.capped(None)),
    ),
    Defect(
        "other-cap", "the bridge's cap is halved",
        (Report("cap as set", "CPU cap as set"),),
        Live(WHILE_STUCK, acts.capped(0.5)),
    ),
    Defect(
        "stopped-router", "router is stopped for 3 s",
        (Report("stood still", "parts that stood still"),),
        Live(WHILE_STUCK, acts.stopped("router", 3.0)),
    ),
)  # fmt: skip

DEFECTS: Mapping[str, Defect] = {defect.name: defect for defect in _ALL}

__all__ = ["DEFECTS", "Altered", "Defect", "Live", "Moment", "Report"]
