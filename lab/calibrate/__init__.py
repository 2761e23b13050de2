"""The bridge's capacity, found where it matters: completions a second of a closed loop through the capped bridge."""

from lab.calibrate.calibrate import Bench, Calibration, calibrate
from lab.calibrate.rounds import calibrate_steadily

__all__ = ["Bench", "Calibration", "calibrate", "calibrate_steadily"]
