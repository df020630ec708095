"""Small pieces of the sentences that tell how a file was read."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, one: str, many: str) -> str:
    """A number with its words: "1 row is hidden", "1,200 rows are hidden"."""
    return f"{count:,} {one if count == 1 else many}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in quotes, the first ones of many, with the number of the others."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more
