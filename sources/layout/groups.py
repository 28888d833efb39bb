"""What belongs together, directly or by way of others: rules that meet, squares that no rule parts, lines that stand close."""

from __future__ import annotations

from collections import defaultdict


class Groups:
    """Things, named by their numbers, in groups that grow as two of them are joined."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def of(self, thing: int) -> int:
        """The thing that stands for the group."""
        while self._parent[thing] != thing:
            self._parent[thing] = self._parent[self._parent[thing]]
            thing = self._parent[thing]
        return thing

    def join(self, thing: int, other: int) -> None:
        self._parent[self.of(thing)] = self.of(other)

    def all(self) -> list[list[int]]:
        """Every group, its things and the groups in the order of their numbers."""
        groups: dict[int, list[int]] = defaultdict(list)
        for thing in range(len(self._parent)):
            groups[self.of(thing)].append(thing)
        return list(groups.values())
