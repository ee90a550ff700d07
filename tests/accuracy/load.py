"""How busy the machine was with other things: a sampler beside another program waits for its turn."""
import os
import time


def _machine_seconds():
    """CPU seconds used since the start, by anybody, and those that another guest of the same machine took."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


class Load:
    """Of the time since it was made; our programs count when they were waited for."""

    def __init__(self):
        self.start, self.machine, self.own = time.monotonic(), _machine_seconds(), sum(os.times()[:4])

    def of_others(self):
        """CPUs, on average."""
        used = _machine_seconds() - self.machine - (sum(os.times()[:4]) - self.own)
        return max(0.0, used / max(time.monotonic() - self.start, 0.01))
