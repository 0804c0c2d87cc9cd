"""Argon2 at the least that it does, because the tests hash passwords hundreds of times."""

from argon2 import profiles

from practice.hashers import LimitedArgon2Hasher


class CheapArgon2Hasher(LimitedArgon2Hasher):
    time_cost = profiles.CHEAPEST.time_cost
    memory_cost = profiles.CHEAPEST.memory_cost
    parallelism = profiles.CHEAPEST.parallelism
