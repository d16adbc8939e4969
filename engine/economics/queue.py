"""Waiting for a free server: M/M/c by Erlang C, for many loads at once.

With offered load a = λ ÷ μ and c servers, B(c) = a·B(c−1) ÷ (c + a·B(c−1)), B(0) = 1 (the usual recursion of Erlang's
loss formula; its properties: D. L. Jagerman, Some properties of the Erlang loss function, Bell System Technical Journal
53(3), 1974, pages 525–551), C = c·B ÷ (c − a·(1 − B)), mean wait = C ÷ (c·μ − λ), P(wait > t) = C·exp(−(c·μ − λ)·t):
textbook results for M/M/c, held by the tests against the closed form and a simulation. Requests come at random and
service times vary like an exponential; a model's vary less, so that true waits are shorter.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from engine.economics.figure import above_zero, not_negative
from engine.errors import BadInput
from engine.messages import Message

Array = npt.NDArray[np.float64]
MOST_SERVERS = 10_000
"""More than that is no plan for one model: the load is refused with a sentence."""


def erlang_c(servers: int, offered: float) -> float:
    """Return the probability that a request waits. 0 without load; raises BadInput when `offered` ≥ `servers`."""
    if servers < 1:
        raise BadInput("There are {servers} servers; give at least one.", servers=servers)
    if not_negative(Message("The offered load"), offered) >= servers:
        raise BadInput(
            "{servers} servers cannot carry a load of {offered}: the queue would grow without end; add servers.",
            servers=servers,
            offered=offered,
        )
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = offered * blocked / (c + offered * blocked)
    return servers * blocked / (servers - offered * (1 - blocked))


def mean_wait_s(servers: int, per_s: float, service_s: float) -> float:
    """Return the mean seconds that a request waits, at `per_s` requests a second of `service_s` seconds each."""
    rate = 1 / above_zero(Message("The service time"), service_s)
    return erlang_c(servers, per_s * service_s) / (servers * rate - per_s)


def share_waiting_longer(servers: int, per_s: float, service_s: float, than_s: float) -> float:
    """Return the share of requests that wait longer than `than_s` seconds."""
    rate = 1 / above_zero(Message("The service time"), service_s)
    spare = servers * rate - per_s
    return erlang_c(servers, per_s * service_s) * math.exp(-spare * not_negative(Message("The wait"), than_s))


def wait_quantile_s(servers: int, per_s: float, service_s: float, share: float) -> float:
    """Return the seconds that `share` of requests (0 to below 1) wait at most."""
    waiting = erlang_c(servers, per_s * service_s)
    rest = 1 - share
    if not 0 < rest <= 1:
        raise BadInput("The share of requests is {value}; give a share from 0 to below 1.", value=share)
    return 0.0 if waiting <= rest else math.log(waiting / rest) / (servers / service_s - per_s)


def servers_needed(per_s: npt.ArrayLike, service_s: float, wait_s: float, late_share: float) -> npt.NDArray[np.int64]:
    """Return for each load in `per_s` (N,) the fewest servers with at most `late_share` waiting over `wait_s`.

    0 for no load. Never falls as a load rises, nor as `wait_s` or `late_share` shrink. Raises BadInput when a load
    needs more than `MOST_SERVERS`, or for a value out of range.
    """
    loads = np.asarray(per_s, dtype=np.float64)
    if loads.size and (not np.isfinite(loads).all() or loads.min() < 0):
        raise BadInput("The load is {value} per s; give a number of 0 or more.", value=str(loads.min()))
    rate = 1 / above_zero(Message("The service time"), service_s)
    not_negative(Message("The wait"), wait_s)
    above_zero(Message("The share of late requests"), late_share)
    needed = np.zeros(loads.shape, dtype=np.int64)
    asked, place = np.unique(loads[loads > 0], return_inverse=True)
    if not asked.size:
        return needed
    if asked[-1] * service_s >= MOST_SERVERS:
        raise _too_much(float(asked[-1]), service_s)
    needed[loads > 0] = _fewest(asked, rate, wait_s, late_share)[place]
    return needed


def _fewest(loads: Array, rate: float, wait_s: float, late_share: float) -> npt.NDArray[np.int64]:
    """Return the servers for `loads` (N,), rising and above 0: the smaller loads are done first, so that few remain."""
    found = np.zeros(len(loads), dtype=np.int64)
    offered, blocked, first = loads / rate, np.ones_like(loads), 0
    for c in range(1, MOST_SERVERS + 1):
        blocked = offered * blocked / (c + offered * blocked)
        while offered[0] < c:
            a, b = float(offered[0]), float(blocked[0])
            late = c * b / (c - a * (1 - b)) * math.exp(-(c - a) * rate * wait_s)
            if late > late_share:
                break
            found[first] = c
            first += 1
            if first == len(loads):
                return found
            offered, blocked = offered[1:], blocked[1:]
    raise _too_much(float(loads[-1]), 1 / rate)


def _too_much(per_s: float, service_s: float) -> BadInput:
    return BadInput(
        "{per_s} predictions a second of {ms} ms each need more than {most} servers; give a smaller load or a faster "
        "machine.",
        per_s=round(per_s, 1),
        ms=round(service_s * 1000, 3),
        most=MOST_SERVERS,
    )
