"""The faults by the names that drill files use."""

from chaos.faults.bandwidth import Bandwidth
from chaos.faults.black_hole import BlackHole
from chaos.faults.capacity import Capacity
from chaos.faults.down import Down
from chaos.faults.fault import BaseFault, Fault, ToxicFault
from chaos.faults.kill import Kill
from chaos.faults.latency import Latency
from chaos.faults.pause import Pause
from chaos.faults.ramp import Ramp
from chaos.faults.reset import Reset
from chaos.faults.surge import Surge
from chaos.faults.unavailable import Unavailable

FAULTS: dict[str, type[BaseFault]] = {
    fault.fault: fault
    for fault in (Latency, Bandwidth, BlackHole, Reset, Down, Capacity, Pause, Kill, Unavailable, Surge, Ramp)
}
"""Name -> model. Parameters are the model's fields; a pydantic error names the valid range."""

__all__ = ["FAULTS", "BaseFault", "Fault", "ToxicFault"]
