"""Hosts: the order in which due feeds are asked, such that no host is asked by more than two at once or in a rush."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Job = TypeVar("Job")

AT_ONCE = 2
"""Requests to one host at the same time (mediacloud's rule)."""


class HostQueue(Generic[Job]):
    """Jobs waiting for their host. Instants are seconds of any steady clock; nothing here reads one.

    ``spacing_s`` is the least time between two starts at one host, ``at_once`` how many may be under way there.
    """

    def __init__(self, spacing_s: float, at_once: int = AT_ONCE) -> None:
        self._spacing, self._at_once = spacing_s, at_once
        self._waiting: dict[str, deque[Job]] = {}
        self._under_way: dict[str, int] = {}
        self._free_at: dict[str, float] = {}
        self._count = 0

    def add(self, host: str, job: Job) -> None:
        self._waiting.setdefault(host, deque()).append(job)
        self._count += 1

    def take(self, now_s: float) -> tuple[str, Job] | None:
        """The next job that may start at ``now_s``, with its host; None when every host must wait."""
        for host, jobs in self._waiting.items():
            if self._under_way.get(host, 0) < self._at_once and self._free_at.get(host, now_s) <= now_s:
                job = jobs.popleft()
                self._count -= 1
                if not jobs:
                    del self._waiting[host]
                else:  # behind the others, so that a host with many feeds does not keep them waiting
                    self._waiting[host] = self._waiting.pop(host)
                self._under_way[host] = self._under_way.get(host, 0) + 1
                self._free_at[host] = now_s + self._spacing
                return host, job
        return None

    def finished(self, host: str) -> None:
        """A job of this host has ended."""
        self._under_way[host] -= 1

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until some host is free by its spacing; None when only an ending job can free one."""
        soonest: float | None = None
        for host in self._waiting:
            if self._under_way.get(host, 0) < self._at_once:
                free_at = self._free_at.get(host, now_s)
                if free_at <= now_s:
                    return 0.0
                soonest = free_at if soonest is None else min(soonest, free_at)
        return None if soonest is None else soonest - now_s

    def __len__(self) -> int:
        return self._count
