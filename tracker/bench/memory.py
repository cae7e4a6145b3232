"""How much memory this process has held at most."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def peak_mib() -> float:
    """The largest resident size so far, in MiB."""
    if _STATUS.exists():
        # A child's ru_maxrss starts with that of the process it was forked from; this line does not.
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> None:
    """Count the peak from what is held now, where the system can (Linux, proc(5): clear_refs)."""
    with suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")
