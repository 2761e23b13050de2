"""A game day's journal written in code: what was offered and good each second, what was done and said when."""

from dataclasses import dataclass, field
from typing import Any

from chaos.traits import Traits
from lab.drillfile.scenario import Scenario
from lab.exercise.scenarios import open_scenario
from lab.journal.customer_figures import CustomerCohort
from lab.journal.events import ActionChanged, CohortClosed, Event, NoteWritten, SettingsRead
from lab.journal.exercise_events import DIRECTOR, Act, ExerciseBegun, kind_of
from tests.lab.analysis.synthetic import opened

STARTED_S = 10.0
SETTINGS: dict[str, dict[str, Any]] = {
    "auth": {"queue_limit": 1024, "admission": "fifo"},
    "storefront": {"policy": "immediate(retries=3)", "device": "bridge"},
}


@dataclass
class GameJournal:
    """Everything is good unless a span of seconds says otherwise; a later span wins."""

    scenario: Scenario = field(default_factory=lambda: open_scenario("throttled-bridge"))
    lasts_s: int = 200
    spans: list[tuple[int, int, float]] = field(default_factory=list)
    timed: list[tuple[float, Event]] = field(default_factory=list)
    loose: dict[str, dict[str, Any]] = field(default_factory=dict)
    loose_from_s: float = 1e9
    rates: dict[str, int] = field(default_factory=lambda: {"shop": 70, "streaming": 30})

    def good(self, from_s: int, until_s: int, share: float) -> "GameJournal":
        """So many are good in these seconds of the run."""
        self.spans.append((from_s, until_s, share))
        return self

    def act(
        self, at_s: float, act: Act, text: str = "", by: str = "ada", role: str = "responder"
    ) -> "GameJournal":
        """A person, or the director, does or says something."""
        note = NoteWritten(by=by, role=role, kind=kind_of(act), text=text, t=at_s)
        self.timed.append((at_s, note))
        return self

    def change(  # noqa: PLR0913, PLR0917  an action and its times
        self,
        name: str,
        kind: str,
        fault: str,
        target: str,
        at_s: float,
        until_s: float | None = None,
        by: str = "interactive",
    ) -> "GameJournal":
        """Something is applied, and undone."""
        for state, t in (("intended", at_s), ("applied", at_s + 0.1), ("reverted", until_s)):
            if t is not None:
                event = ActionChanged.model_validate(
                    {
                        "t": t, "action": f"id-{name}", "kind": kind, "name": name, "fault": fault, "target": target,
                        "params": {}, "state": state, "by": by, "traits": Traits(), "verified": True,
                    }
                )  # fmt: skip
                self.timed.append((t, event))
        return self

    def trigger(self, at_s: float, until_s: float | None, *, again: bool = False) -> "GameJournal":
        """The scenario's first step, by the director; ``again``: when it is played again."""
        step = self.scenario.again()[0] if again else self.scenario.steps[0].step
        assert step is not None
        return self.change(step.name, step.kind, step.what, step.target, at_s, until_s, by=DIRECTOR)

    def events(self) -> list[Event]:
        """The journal, in order."""
        begun = ExerciseBegun(scenario=self.scenario.resolved(), seed=3, pace="scripted", t=STARTED_S)
        found: list[tuple[float, Event]] = [
            (0.0, opened(self.scenario.drill)),
            (STARTED_S, begun),
            *self.timed,
        ]
        for second in range(self.lasts_s):
            found.append((second + 6.0, self._cohort(second)))
            if second % 5 == 0:
                found += [(second + 0.5, one) for one in self._settings(second)]
        ordered = sorted(found, key=lambda pair: pair[0])
        return [event.model_copy(update={"seq": seq, "t": t}) for seq, (t, event) in enumerate(ordered)]

    def _settings(self, second: int) -> list[Event]:
        loose = self.loose if second >= self.loose_from_s else {}
        return [
            SettingsRead(service=service, values={**values, **loose.get(service, {})})
            for service, values in SETTINGS.items()
        ]

    def _cohort(self, second: int) -> CohortClosed:
        share = next((share for a, b, share in reversed(self.spans) if a <= second < b), 1.0)
        customers = {
            name: CustomerCohort(requests=rate, sent=rate, good=round(rate * share), failed={})
            for name, rate in self.rates.items()
        }
        requests, good = sum(self.rates.values()), sum(one.good for one in customers.values())
        return CohortClosed(
            source="load", second=second, requests=requests, sent=requests, attempts=None, good=good, failed={},
            customers=customers,
        )  # fmt: skip
