"""Pages to figures, statements and the ledger: who governs whom on a page, in the words of the notation."""

from sources.figures.reader import Reader

__all__ = ["Reader"]
