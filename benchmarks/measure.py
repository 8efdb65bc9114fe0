"""Time and memory of one stage: wall seconds, and how far resident memory rose above where it stood."""

import ctypes
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.005
_STATM = Path("/proc/self/statm")


@dataclass
class Figures:
    """What a stage cost."""

    seconds: float = 0.0
    growth_mb: float = 0.0


def resident_mb() -> float:
    """Return the resident memory of this process."""
    return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE / 1e6


@contextmanager
def measured() -> Iterator[Figures]:
    """Measure what runs inside; memory is sampled every 5 ms, after freed memory was given back."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    figures, done = Figures(), threading.Event()
    start = resident_mb()

    def sample() -> None:
        while not done.wait(_EVERY):
            figures.growth_mb = max(figures.growth_mb, resident_mb() - start)

    sampler = threading.Thread(target=sample)
    sampler.start()
    began = time.perf_counter()
    try:
        yield figures
    finally:
        figures.seconds = time.perf_counter() - began
        done.set()
        sampler.join()


def median_of(times: int, stage: Callable[[], object]) -> Figures:
    """Return the run with the median time of several."""
    runs = []
    for _ in range(times):
        with measured() as figures:
            stage()
        runs.append(figures)
    return sorted(runs, key=lambda run: run.seconds)[times // 2]
