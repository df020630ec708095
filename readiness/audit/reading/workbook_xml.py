"""Parsing the XML parts of a workbook: streaming, without document types, entities or the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from readiness.audit.reading.archives import DAMAGE
from readiness.audit.reading.budget import Budget
from readiness.errors import UnreadableFileError

PIECE_BYTES = 1 << 16
_LONGEST_TAG = 1 << 20  # bytes; a workbook has none of a thousand
_DEEPEST = 10_000  # open elements; a workbook has about ten
_DAMAGED_ADVICE = "Open it in Excel and save it again."

Attributes = dict[str, str]


class PartParser:
    """Feeds one part to handlers that see local names: `x:row` and `row`, strict and transitional, are the same."""

    def __init__(
        self, name: str, start: Callable[[str, Attributes], None], end: Callable[[str], None] | None, budget: Budget
    ) -> None:
        self._name = name
        self._budget = budget
        self._start = start
        self._end = end
        self._pieces: list[str] = []
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.StartElementHandler = self._start_root
        parser.CharacterDataHandler = self._pieces.append
        self._parser = parser

    def collect_text(self) -> None:
        """Forget the text so far; `take_text` gives what follows."""
        self._pieces.clear()

    def take_text(self) -> str:
        """The text since `collect_text`."""
        return self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)

    def feed(self, stream: IO[bytes], size: int = 0) -> Iterator[None]:
        """Parse the part piece by piece; gives back control after each."""
        fed = depth = 0
        try:
            while chunk := stream.read(PIECE_BYTES):
                fed += len(chunk)
                depth += chunk.count(b"<") - chunk.count(b"/>") - 2 * chunk.count(b"</")
                self._parser.Parse(chunk, False)
                if fed - self._parser.CurrentByteIndex > _LONGEST_TAG or depth > _DEEPEST:
                    raise UnreadableFileError(
                        self._name, "the workbook is damaged: its tags are longer or deeper than any", _DAMAGED_ADVICE
                    )
                self._budget.check_value(sum(map(len, self._pieces)) if len(self._pieces) > 1 else 0)
                self._budget.report(fed / size if size else 0.0)
                yield
            self._parser.Parse(b"", True)
            yield
        except expat.ExpatError as exc:
            raise UnreadableFileError(
                self._name, "the workbook is damaged: a part of it is not XML", _DAMAGED_ADVICE
            ) from exc
        except LookupError as exc:
            if type(exc) is not LookupError:  # a missing key or index would be a mistake of ours
                raise
            reason = "the workbook is damaged: a part of it names an encoding that nobody knows"
            raise UnreadableFileError(self._name, reason, _DAMAGED_ADVICE) from exc
        except DAMAGE as exc:
            raise UnreadableFileError(self._name, "the workbook is damaged or truncated", _DAMAGED_ADVICE) from exc

    def _start_root(self, name: str, attributes: Attributes) -> None:
        """Give the handlers the names as they stand, or without the prefix where the root has one: that is slower."""
        prefixed = ":" in name
        self._parser.StartElementHandler = self._start_prefixed if prefixed else self._start
        if self._end is not None:
            self._parser.EndElementHandler = self._end_prefixed if prefixed else self._end
        (self._start_prefixed if prefixed else self._start)(name, attributes)

    def _start_prefixed(self, name: str, attributes: Attributes) -> None:
        self._start(name.rpartition(":")[2], attributes)

    def _end_prefixed(self, name: str) -> None:
        if self._end is not None:
            self._end(name.rpartition(":")[2])

    def _refuse_document_type(self, *_: object) -> None:
        raise UnreadableFileError(
            self._name,
            "a part of the workbook declares a document type, as no workbook does (entity bombs begin so)",
            _DAMAGED_ADVICE,
        )


def local_attribute(attributes: Attributes, name: str) -> str:
    """The attribute of that local name, whatever its prefix; empty where it is not there."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")
