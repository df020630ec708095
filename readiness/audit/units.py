"""The units that quantities are written in, and which spellings mean the same one."""

from __future__ import annotations

from collections.abc import Mapping

_SPELLINGS = (  # each line is one unit
    "g gr gm gram grams gramm gramme", "kg kgs kilo kilos kilogram kilograms kilogramm", "mg milligram milligrams",
    "µg mcg ug", "t to tonne tonnes tons", "lb lbs pound pounds", "oz ounce ounces", "ml millilitre milliliter",
    "cl", "dl", "l lt ltr litre litres liter liters", "m3 m³ cbm", "gal gallon gallons", "m metre metres meter meters",
    "cm", "mm", "µm um", "nm", "km kilometer kilometre", "in inch inches", "ft feet foot", "yd yard yards",
    "mi mile miles", "m2 m² sqm qm", "ft2 ft² sqft", "ha", "s sec secs second seconds", "ms", "min mins minute minutes",
    "h hr hrs hour hours std", "d day days tage", "wk week weeks", "month months", "yr year years", "w watt watts",
    "kw", "mw", "wh", "kwh", "mwh", "v volt volts", "a amp amps", "mah", "ah", "hz", "khz", "mhz", "ghz",
    "b byte bytes",
    "kb kib", "mb mib", "gb gib", "tb tib", "pcs pc piece pieces stk stück st ea each", "pack packs pk", "box boxes",
    "pa", "hpa", "kpa", "bar", "mbar", "psi", "k", "c °c", "f °f", "cal", "kcal", "j", "kj", "mol", "mmol", "%",
    "iu", "u", "ppm", "ppb",
)  # fmt: skip
_UNIT_OF = {spelling: line.split()[0] for line in _SPELLINGS for spelling in line.split()}
_SHARE = 0.05  # of the quantities; a rarer unit is an exception


def unit_of(suffix: str) -> str:
    """The unit that a suffix such as `Kgs.` means; '' for one that is not known."""
    return _UNIT_OF.get(suffix.strip().strip(".").lower(), "")


def has_several_units(suffixes: Mapping[str, int], total: int) -> bool:
    """Whether quantities are given in different units, each often, and hardly in anything that is none."""
    counts: dict[str, int] = {}
    for suffix, count in suffixes.items():
        counts[unit_of(suffix)] = counts.get(unit_of(suffix), 0) + count
    unknown = counts.pop("", 0)
    often = [unit for unit, count in counts.items() if count >= _SHARE * total]
    return len(often) > 1 and unknown <= _SHARE * total
