"""Exponential back-off without jitter: v = min(cap, base * 2^n), wait v.

n = 0 before the first retry. Source: the "Expo" of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: the
waves of clients that failed together grow apart in time, but each stays a wave.
Defaults: base 100 ms, cap 2 s, retries 3.
"""

from services.policies.backoff import Backoff, schedule


class Exponential(Backoff):
    """Wait twice as long each time. Arguments as of Backoff."""


SPEC = schedule("exponential", Exponential)
