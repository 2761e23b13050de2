"""Labels above a chart, in as few lanes as keep them apart.

slow-bridge on                     lane 2:  an earlier label moves up; its leader line comes down
|   trigger                        lane 1:  at the left of every label that stands lower,
|   |         guard-clients on     lane 0:  and so strikes through none
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

LANE_PX = 15
"""Height of a lane."""

INDENT_PX = 4
"""From the leader line to the text."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a time of the run; ``lane`` counts up from the chart. An action stands above its phase.

    ``leftward``: it ends at its time, where the chart's right end would cut it.
    """

    at_s: float
    text: str
    action: bool = False
    lane: int = 0
    leftward: bool = False


def place(
    labels: Sequence[Label], px_per_s: float, px_per_char: float, right_s: float = math.inf
) -> list[Label]:
    """Give each label its lane, from the last to the first, and its side.

    Args:
        labels: texts that begin at their time and go to the right.
        px_per_s: scale of the time axis as first shown.
        px_per_char: width of a character.
        right_s: where the room at the right ends: a text that would reach beyond it goes to the left of its time.

    Returns:
        The labels in order of time.
    """
    slack_s = INDENT_PX / px_per_s
    placed: list[tuple[float, float, Label]] = []
    for label in sorted(labels, key=lambda one: _order(one, slack_s), reverse=True):
        length_s = slack_s + (len(label.text) + 1) * px_per_char / px_per_s
        leftward = label.at_s + length_s > right_s and label.at_s - length_s > 0
        begin_s = label.at_s - length_s if leftward else _order(label, slack_s)
        end_s = label.at_s + (slack_s if leftward else length_s)
        under = [other.lane for low, high, other in placed if low < end_s and begin_s < high]
        lane = 1 + max(under) if under else 0
        placed.append((begin_s, end_s, replace(label, lane=lane, leftward=leftward)))
    return [label for *_, label in reversed(placed)]


def height_px(labels: Sequence[Label]) -> int:
    """Height of all lanes in use."""
    return (1 + max((label.lane for label in labels), default=-1)) * LANE_PX


def _order(label: Label, slack_s: float) -> float:
    """Where a label stands among others; an action just after a phase's begin counts as before it."""
    return label.at_s - (slack_s if label.action else 0.0)
