"""What reading a file may still cost: time, fields and bytes, with the sentence for each limit."""

from __future__ import annotations

import time
from collections.abc import Callable

from readiness.audit.reading.values import ReadingLimits
from readiness.errors import FileTooLargeError, UnreadableFileError

Progress = Callable[[float], None]  # called with the share of the file that was read, 0..1; may raise to cancel


class Budget:
    """The limits of one reading, counted from the moment it was made."""

    def __init__(
        self,
        name: str,
        limits: ReadingLimits,
        *,
        progress: Progress | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.limits = limits
        self._progress = progress
        self._clock = clock
        self._started = clock()

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.limits.seconds - (self._clock() - self._started))

    def report(self, share: float) -> None:
        """Tell how far the reading is, and stop it when its time is over."""
        if not self.seconds_left:
            raise UnreadableFileError(
                self.name,
                f"reading it took longer than {self.limits.seconds:g} seconds",
                "Hand in a smaller sample of it.",
            )
        if self._progress is not None:
            self._progress(min(1.0, max(0.0, share)))

    def check_fields(self, fields: int) -> None:
        if fields > self.limits.fields:
            raise FileTooLargeError(
                self.name,
                f"it has {fields:,} fields and at most {self.limits.fields:,} can be read",
                "Leave out the columns that the project does not use.",
            )

    def check_line_cells(self, cells: int) -> None:
        """Stop at a line of delimiters, which would take a hundred times its size in memory."""
        if cells > self.limits.line_cells:
            raise FileTooLargeError(
                self.name,
                f"a single line in it has {cells:,} cells and at most {self.limits.line_cells:,} are divided",
                "It is probably not a file of records, or its line ends were lost.",
            )

    def check_sheet_cells(self, cells: int, share: float) -> None:
        """Stop at a sheet with more cells than can be read in reasonable time; `share` of it was read so far."""
        expected = round(cells / share) if share else cells
        if expected > self.limits.sheet_cells:
            raise FileTooLargeError(
                self.name,
                f"its sheet holds about {expected:,} cells and at most {self.limits.sheet_cells:,} can be read",
                "Save the sheet as CSV, which is read much faster.",
            )

    def check_value(self, length: int) -> None:
        """Stop at a line or value that is longer than any real one."""
        if length > self.limits.line_bytes:
            raise FileTooLargeError(
                self.name,
                f"a single line or value in it is longer than {size_text(self.limits.line_bytes)}",
                "It is probably not a file of records, or its line ends were lost.",
            )


def size_text(size_bytes: int) -> str:
    """A number of bytes as people write it: 532 bytes, 16 MB, 1.5 GB."""
    if size_bytes < 1024:
        return f"{size_bytes} bytes"
    size = float(size_bytes)
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if size < 1024 or unit == "GB":
            break
    return f"{size:.1f}".removesuffix(".0") + f" {unit}"
