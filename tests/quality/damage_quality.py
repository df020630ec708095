"""Prints how well wrongly decoded text is told from sound text, with ftfy's own test beside it.

Run as `python tests/quality/damage_quality.py [FOLDER]`; FOLDER holds the shared data sets (default: the one beside
the checkout). The second table is generated: names in several alphabets, misread with each character set.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from ftfy.badness import is_bad  # noqa: E402  (the checkout comes first)

from readiness.audit.mojibake import CODECS, mojibake_among  # noqa: E402

SETS = (
    ("in-the-wild", "damaged"),
    ("language-names", "damaged"),
    ("synthetic", "damaged or odd"),
    ("known-failures", "damaged"),
    ("negative", "sound or odd"),
)
NAMES = (
    "Müller", "François", "José Núñez", "Zoë", "Łódź", "Kraków", "Škoda", "Ångström", "Şişli", "Çelik", "Ωμέγα",
    "Αθήνα", "Москва", "Київ", "שלום", "مرحبا", "Հայաստան", "नमस्ते", "กรุงเทพ", "北京", "東京タワー", "서울", "Nguyễn",
    "Īslande", "don’t", "“quoted”", "10 €", "a – b", "Ñandú", "Éric", "crème brûlée", "naïve", "Öl", "Ægir",
    "fiancé",
)  # fmt: skip


def _misread(codec: str) -> list[str]:
    """The names as that character set reads their UTF-8; bytes without a character stay as control characters."""
    return ["".join(_character(byte, codec) for byte in name.encode()) for name in NAMES]


def _character(byte: int, codec: str) -> str:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


def _shared(folder: Path) -> None:
    print(f"{'ftfy_mojibake':<18} {'texts':>5} {'ours':>5} {'ftfy':>5}   what it holds")
    for name, content in SETS:
        cases = json.loads((folder / "ftfy_mojibake" / f"{name}.json").read_text("utf-8"))
        texts = [case["original"] for case in cases]
        print(f"{name:<18} {len(texts):>5} {_ours(texts):>5} {_theirs(texts):>5}   {content}")


def _generated() -> None:
    print(f"\n{'misread as':<18} {'names':>5} {'ours':>5} {'ftfy':>5}")
    for codec in CODECS:
        texts = _misread(codec)
        print(f"{codec:<18} {len(texts):>5} {_ours(texts):>5} {_theirs(texts):>5}")
    print(f"{'not misread':<18} {len(NAMES):>5} {_ours(NAMES):>5} {_theirs(NAMES):>5}")


def _speed(name: str, judge: Callable[[Sequence[str]], int]) -> None:
    texts = [f"{misread} {number}" for number in range(600) for misread in _misread("cp1252")]
    started = time.perf_counter()
    judge(texts)
    print(f"{name}: {len(texts) / (time.perf_counter() - started):,.0f} misread values a second")


def _ours(texts: Sequence[str]) -> int:
    return len(mojibake_among(texts))


def _theirs(texts: Sequence[str]) -> int:
    return sum(map(is_bad, texts))


def main(folder: Path) -> int:
    """Print the figures."""
    _generated()
    _speed("\nours", _ours)
    _speed("ftfy", _theirs)
    if not (folder / "ftfy_mojibake").is_dir():
        print(f"Skipped: there is no folder {folder / 'ftfy_mojibake'}.")
        return 0
    print()
    _shared(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT.parent / "shared/datasets"))
