"""How the bytes of a text file become characters, and a UTF-8 copy of it where DuckDB needs one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from readiness.errors import InvalidValueError, UnreadableFileError

_CHUNK_BYTES = 1 << 22
_EVIDENCE_BYTES = 1 << 16  # of lines with bytes beyond ASCII, shown to the detector

_MARKS = (  # longest first: the mark of UTF-32 LE begins with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")  # never in text; 0x1C..0x1F are delimiters in some files
_MOST_CONTROL = 0.05  # a larger share of control bytes is no text

_NAMES = {"ascii": "UTF-8", "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "iso8859-1": "ISO-8859-1"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's name, `name` the one that people know; `mark` is the length of the byte order mark."""

    codec: str
    name: str
    reason: str
    mark: int = 0
    damaged: int = 0  # bytes that are not valid in it; each is kept as the Windows-1252 character

    @property
    def is_plain_utf8(self) -> bool:
        """True when the file can be read as UTF-8 where it lies."""
        return self.codec == "utf-8" and not self.damaged and not self.mark


def find_encoding(path: Path, name: str, fixed: str | None = None) -> Encoding:
    """The encoding of a text file: as fixed, by its mark, by its zero bytes, as strict UTF-8, or by a detector.

    `name` is what the user calls the file. Raises UnreadableFileError for a file that is no text.
    """
    with path.open("rb") as file:
        head = file.read(_EVIDENCE_BYTES)
    if fixed:
        return _fixed(path, fixed, head)
    mark, marked = _mark_of(head)
    if marked:
        return Encoding(marked, _readable(marked), "byte order mark", mark, _count_damage(path, marked, mark))
    _refuse_known_formats(head, name)
    if wide := _by_zero_bytes(head):
        return Encoding(wide, _readable(wide), "zero bytes beside the characters", 0, _count_damage(path, wide, 0))
    _refuse_binary(head, name)
    valid, invalid, evidence = _try_utf8(path)
    if not invalid:
        return Encoding("utf-8", "UTF-8", "valid UTF-8" if valid else "ASCII, valid as UTF-8")
    if valid > 20 * invalid:
        return Encoding("utf-8", "UTF-8", f"UTF-8 but for {invalid:,} bytes", 0, invalid)
    return _legacy(evidence)


def decode_damaged(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not valid in the encoding, as their Windows-1252 characters, so that nothing is lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_western(byte) for byte in lost), error.end


def _western(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


KEEP_DAMAGED = "readiness-keep-damaged"
codecs.register_error(KEEP_DAMAGED, decode_damaged)


def write_utf8_copy(path: Path, encoding: Encoding, out: Path) -> None:
    """The file's text as UTF-8 without a mark; line ends stay as they are."""
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors=KEEP_DAMAGED)
    with path.open("rb") as source, out.open("wb") as target:
        source.seek(encoding.mark)
        while chunk := source.read(_CHUNK_BYTES):
            target.write(decoder.decode(chunk).encode("utf-8", "replace"))
        target.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))


def _mark_of(head: bytes, family: str = "") -> tuple[int, str]:
    """Length and codec of the byte order mark, of one family of encodings where it is known; (0, "") for none."""
    fitting = ((len(sign), codec) for sign, codec in _MARKS if codec.startswith(family) and head.startswith(sign))
    return next(fitting, (0, ""))


def _fixed(path: Path, fixed: str, head: bytes) -> Encoding:
    try:
        codec = codecs.lookup(fixed.strip())
        "".encode(codec.name)
        b"".decode(codec.name)
    except (LookupError, TypeError, ValueError) as exc:
        raise InvalidValueError("Encoding", fixed, "is not known. Try utf-8, cp1252, utf-16 or iso-8859-1") from exc
    wanted = codec.name.removesuffix("-sig")
    length, marked = _mark_of(head, wanted)  # the mark of UTF-16 and a zero byte pair look like that of UTF-32
    if wanted in ("utf-16", "utf-32"):
        wanted = marked or f"{wanted}-le"
    return Encoding(wanted, _readable(wanted), "chosen by the user", length, _count_damage(path, wanted, length))


def _readable(codec: str) -> str:
    if codec in _NAMES:
        return _NAMES[codec]
    if codec.startswith("cp125"):
        return f"Windows-{codec[2:]}"
    return codec.replace("_", "-").upper()


def _refuse_known_formats(head: bytes, name: str) -> None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFileError(
                name, f"it is {kind}, not delimited text", "Give it its own extension, or export it as CSV."
            )


def _refuse_binary(head: bytes, name: str) -> None:
    if head and not head.strip(b"\x00"):
        raise UnreadableFileError(name, "it holds zero bytes and nothing else", "Export the records again.")
    if len(_CONTROL.findall(head)) > _MOST_CONTROL * len(head) + 2:
        raise UnreadableFileError(name, "it is binary data, not text", "Export the records as CSV.")


def _by_zero_bytes(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes of western characters stand."""
    whole = head[: len(head) // 4 * 4]
    if len(whole) < 4 or whole.count(0) < len(whole) // 4 or not whole.strip(b"\x00"):
        return ""
    zeros = [whole[place::4].count(0) / (len(whole) // 4) for place in range(4)]
    for codec, pattern in (("utf-32-le", "0111"), ("utf-32-be", "1110"), ("utf-16-le", "0101"), ("utf-16-be", "1010")):
        fits = all(share > 0.7 if want == "1" else share < 0.3 for share, want in zip(zeros, pattern, strict=True))
        if fits and _decodes(whole, codec):
            return codec
    return ""


def _decodes(data: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _count_damage(path: Path, codec: str, mark: int) -> int:
    """How many bytes of the file are not valid in the codec."""
    damaged = 0

    def count(error: UnicodeError) -> tuple[str, int]:
        nonlocal damaged
        if isinstance(error, UnicodeDecodeError):
            damaged += error.end - error.start
        return decode_damaged(error)

    handler = "readiness-count-damaged"
    codecs.register_error(handler, count)
    decoder = codecs.getincrementaldecoder(codec)(errors=handler)
    with path.open("rb") as file:
        file.seek(mark)
        while chunk := file.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    return damaged


_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)  # rough: good enough to weigh valid sequences against invalid ones


def _try_utf8(path: Path) -> tuple[int, int, bytes]:
    """(valid sequences, invalid bytes, the first lines with bytes beyond ASCII) over the whole file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        valid = 0
        while chunk := file.read(_CHUNK_BYTES):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return _weigh_utf8(path)
            valid = 1
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _weigh_utf8(path)
    return valid, 0, b""


def _weigh_utf8(path: Path) -> tuple[int, int, bytes]:
    valid = invalid = 0
    evidence = bytearray()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            found = _MULTIBYTE.findall(chunk)
            valid += len(found)
            high = len(chunk) - len(chunk.translate(None, bytes(range(128, 256))))
            invalid += high - sum(map(len, found))
            for line in chunk.splitlines():
                if len(evidence) >= _EVIDENCE_BYTES:
                    break
                if not line.isascii():
                    evidence += line + b"\n"
    return valid, max(invalid, 1), bytes(evidence)


def _legacy(evidence: bytes) -> Encoding:
    """The encoding in which the bytes beyond ASCII make up words, else the detector's best guess."""
    from readiness.audit.reading.legacy_encodings import find_legacy_encoding

    found = find_legacy_encoding(evidence)
    if found is not None:
        name = _readable(found.codec)
        return Encoding(found.codec, name, f"not UTF-8; its characters are those of {found.language} text in {name}")
    import charset_normalizer

    best = charset_normalizer.from_bytes(evidence).best()
    if best is None:
        return Encoding("cp1252", "Windows-1252", "not UTF-8, and no other encoding fits better")
    if best.encoding in ("ascii", "utf_8"):
        return Encoding("utf-8", "UTF-8", "mostly valid UTF-8", 0, 1)
    codec = codecs.lookup(best.encoding).name
    if "cp1252" in (codec, *best.could_be_from_charset):
        return Encoding("cp1252", "Windows-1252", "not UTF-8; its characters fit Windows-1252")
    return Encoding(codec, _readable(codec), f"not UTF-8; its characters fit {_readable(codec)}")
