"""The system second by second, for a living picture of it: what stands where, and what each part did. Pure.

Both are made of a Timeline as far as it is known, so a finished run and one that lasts are drawn by the same figures:
``system_map`` is a run's, ``system_second`` costs the same however long the run has lasted. ``eye_second`` is the same
second as a monitoring plane knew it.
"""

from lab.analysis.system.eye_second import EyeSecond, eye_second
from lab.analysis.system.system_map import SystemMap, system_map
from lab.analysis.system.system_second import SystemSecond, system_second

__all__ = ["EyeSecond", "SystemMap", "SystemSecond", "eye_second", "system_map", "system_second"]
