"""A document as plain values and back, so that an issued brief can be rendered again exactly as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any

from readiness.errors import InvalidValueError
from readiness.exports.canonical_json import plain
from readiness.exports.document import (
    Beside,
    Block,
    Bullets,
    Callout,
    Chart,
    CurveChart,
    Document,
    Heading,
    KeyFigures,
    PageBreak,
    Paragraph,
    PlainBlock,
    Properties,
    Signatures,
    SwingChart,
    Table,
)

FORMAT = "readiness-document/1"

_BLOCKS: dict[str, type[PlainBlock]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "bullets": Bullets,
    "table": Table,
    "chart": Chart,
    "swing chart": SwingChart,
    "curve chart": CurveChart,
    "properties": Properties,
    "key figures": KeyFigures,
    "callout": Callout,
    "signatures": Signatures,
    "page break": PageBreak,
}
_NAMES = {kind: name for name, kind in _BLOCKS.items()}
_BESIDE = "beside"


def document_dict(document: Document) -> dict[str, Any]:
    """`document` in JSON's own types."""
    whole = {part.name: getattr(document, part.name) for part in fields(document) if part.name != "blocks"}
    return {"format": FORMAT, **plain(whole), "blocks": [_block_dict(block) for block in document.blocks]}


def document_of(values: Mapping[str, Any]) -> Document:
    """The document that `document_dict` wrote. InvalidValueError for anything else."""
    parts = dict(values)
    if parts.pop("format", None) != FORMAT:
        raise InvalidValueError("Document", values.get("format"), f"is not in the format {FORMAT}")
    blocks = parts.pop("blocks", ())
    whole = _parsed(Document, parts)
    return Document(
        **{part.name: getattr(whole, part.name) for part in fields(whole) if part.name != "blocks"},
        blocks=tuple(_block_of(block) for block in _entries(blocks)),
    )


def block_name(block: PlainBlock) -> str:
    """What a kind of block is called."""
    return _NAMES[type(block)]


def _block_dict(block: Block) -> dict[str, Any]:
    if isinstance(block, Beside):
        return {
            "block": _BESIDE,
            "left": [_block_dict(one) for one in block.left],
            "right": [_block_dict(one) for one in block.right],
        }
    return {"block": block_name(block), **plain(asdict(block))}


def _block_of(values: Mapping[str, Any]) -> Block:
    if values.get("block") == _BESIDE:
        return Beside(
            *(tuple(_plain_block_of(one) for one in _entries(values.get(side))) for side in ("left", "right"))
        )
    return _plain_block_of(values)


def _plain_block_of(values: Mapping[str, Any]) -> PlainBlock:
    parts = dict(values)
    name = parts.pop("block", None)
    if name not in _BLOCKS:
        raise InvalidValueError("Block", name, f"is not one of {', '.join(_BLOCKS)}")
    block: PlainBlock = _parsed(_BLOCKS[name], parts)
    return block


def _entries(values: Any) -> list[Mapping[str, Any]]:
    if not isinstance(values, list | tuple) or not all(isinstance(one, Mapping) for one in values):
        raise InvalidValueError("Blocks", type(values).__name__, "is no list of blocks")
    return list(values)


def _parsed(kind: type[Any], parts: Mapping[str, Any]) -> Any:
    """A value of `kind` from its parts; a part that it does not have is refused, as is one of another type."""
    from pydantic import ValidationError

    unknown = sorted(set(parts) - {part.name for part in fields(kind)})
    if unknown:
        raise InvalidValueError(kind.__name__, unknown[0], "is no part of it")
    try:
        return _adapter(kind.__name__).validate_python(dict(parts))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " ".join(map(str, first["loc"])) or kind.__name__
        raise InvalidValueError(place, str(first.get("input"))[:60], str(first["msg"]).lower()) from error


@lru_cache(maxsize=32)
def _adapter(name: str) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter({kind.__name__: kind for kind in (*_NAMES, Document)}[name])
