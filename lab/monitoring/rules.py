"""Rule files: which alerts there are, and how long each may take from the samples of its cause to Alertmanager.

An alert reads ranges of series, or series that recording rules wrote, which read ranges in turn:

    samples --[range]--> recording rule --> [range] alert --for--> fires

Each range may have to fill, and each rule waits for its group's next evaluation; but a rule that stands in the group
of one before it is evaluated right after it.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.monitoring.document import Part, read

WITHIN = "reached_within"
"""The annotation that says how long a condition takes to be met, where that is not the widest range."""
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*")
_RANGE = re.compile(r"\[([^\]:]*)(?::[^\]]*)?\]")
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_EVALUATION_S = 60.0


@dataclass(frozen=True, slots=True)
class MonitoringRule:
    """One rule. ``group`` is its file and group, ``place`` counts from the group's first rule."""

    part: Part
    group: tuple[str, str]
    place: int
    interval_s: float

    @property
    def record(self) -> str | None:
        """The series that it writes; None: it is an alert."""
        name = self.part.at("record").value
        return None if name is None else str(name)

    @property
    def alert(self) -> str:
        """Its name as an alert."""
        return self.part.at("alert").text()

    @property
    def about(self) -> str | None:
        """What it is about: ``symptom``, ``monitoring``, ``heartbeat``."""
        name = self.part.at("labels").at("about").value
        return None if name is None else str(name)

    @property
    def for_s(self) -> float:
        """``for``, rounded up to whole evaluations."""
        waited_s = self.part.at("for").seconds(0.0)
        return math.ceil(waited_s / self.interval_s - 1e-9) * self.interval_s

    @property
    def expression(self) -> str:
        """Its PromQL without comments and texts."""
        return _QUOTED.sub("", self.part.at("expr").text())

    def widest_s(self) -> float:
        """The widest range that it reads itself."""
        where = self.part.at("expr")
        ranges = [Part(where.file, where.line, where.path, text) for text in _RANGE.findall(self.expression)]
        return max((each.seconds(0.0) for each in ranges), default=0.0)

    def follows(self, other: "MonitoringRule") -> bool:
        """Whether it is evaluated right after another one."""
        return self.group == other.group and self.place > other.place


def read_rules(document: Part) -> tuple[MonitoringRule, ...]:
    """The rules that a Prometheus' configuration names.

    Raises:
        MonitoringError: a rule file is missing, is no YAML or has no groups; an interval is no duration.
    """
    usual_s = document.at("global").at("evaluation_interval").seconds(_EVALUATION_S)
    return tuple(rule for name in document.at("rule_files").items() for rule in _rules(name, usual_s))


def _rules(name: Part, usual_s: float) -> Iterable[MonitoringRule]:
    file = (name.file.parent / name.text()).resolve()
    if not file.is_file():
        raise name.error(
            f"`{name.path}` names {file}, which is missing", "Correct the path or restore the file"
        )
    content = read(file)
    if content.at("groups").value is None:
        raise content.error("this rule file has no `groups`", "Prometheus would not start with it")
    for group in content.at("groups").items():
        interval_s = group.at("interval").seconds(usual_s) or usual_s
        key = (str(file), group.at("name").text())
        for place, part in enumerate(group.at("rules").items()):
            yield MonitoringRule(part, key, place, interval_s)


@dataclass(frozen=True, slots=True)
class Chain:
    """All rules of a plane, by what they make of each other."""

    rules: Sequence[MonitoringRule]

    @property
    def alerts(self) -> tuple[MonitoringRule, ...]:
        """The rules that page."""
        return tuple(rule for rule in self.rules if rule.record is None)

    def delay_s(self, alert: MonitoringRule) -> float:
        """How long after the samples of its cause are there an alert fires at the latest."""
        within = alert.part.at("annotations").at(WITHIN)
        window_s = self._window_s(alert, ()) if within.value is None else within.seconds(0.0)
        return window_s + alert.interval_s + self._evaluations_s(alert, ()) + alert.for_s

    def _window_s(self, rule: MonitoringRule, above: tuple[MonitoringRule, ...]) -> float:
        """All ranges from the samples to a rule, where that is most."""
        seen = (*above, rule)
        return rule.widest_s() + max(
            (self._window_s(each, seen) for each in self._read(rule, seen)), default=0.0
        )

    def _evaluations_s(self, rule: MonitoringRule, above: tuple[MonitoringRule, ...]) -> float:
        """How long the rules that a rule reads wait for their own evaluations."""
        seen = (*above, rule)
        waits_s = (
            self._evaluations_s(each, seen) + (0.0 if rule.follows(each) else each.interval_s)
            for each in self._read(rule, seen)
        )
        return max(waits_s, default=0.0)

    def _read(self, rule: MonitoringRule, seen: Sequence[MonitoringRule]) -> list[MonitoringRule]:
        """The recording rules whose series a rule reads, without those that it is read by itself."""
        names = set(_NAME.findall(rule.expression))
        return [each for each in self.rules if each.record in names and each not in seen]
