"""The notation's readings, kept: the same line is asked about by its block, its tile and its neighbours."""

from functools import lru_cache

from sources import notation

read = lru_cache(maxsize=4096)(notation.read)
heading = lru_cache(maxsize=4096)(notation.heading)
