"""The bridge's capacity, measured where it matters: at saturation, with what it is uncertain by."""

from lab.calibrate.bench import Bench, Reading
from lab.calibrate.calibrate import Calibration, calibrate
from lab.calibrate.estimate import Capacity, Window, capacity
from lab.calibrate.given_up import given_up_rps

__all__ = ["Bench", "Calibration", "Capacity", "Reading", "Window", "calibrate", "capacity", "given_up_rps"]
