"""Prints how many planted faults of each kind the audit finds, with suggested rules only, in generated samples.

The samples are generated here, with a seed, in the manner of tables that data-cleaning research uses; they are no real
data, and their figures say which kinds of faults are seen, not how right the audit is on a file. Run it as
`python -m tests.quality.kinds_quality [seed]`.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.quality.audit_quality import audit, called_cells

RECORDS = 1_500
CITIES = (
    ("Houston", "TX", "770"), ("Dallas", "TX", "752"), ("Chicago", "IL", "606"), ("Boston", "MA", "021"),
    ("Worcester", "MA", "016"), ("Denver", "CO", "802"), ("Seattle", "WA", "981"), ("Savannah", "GA", "314"),
)  # fmt: skip
STATES = {
    "TX": "Texas", "IL": "Illinois", "MA": "Massachusetts", "CO": "Colorado", "WA": "Washington", "GA": "Georgia",
}  # fmt: skip
FIRST = (
    "Mary",
    "Robert",
    "Patricia",
    "Michael",
    "Linda",
    "David",
    "Susan",
    "Joseph",
    "Karen",
    "Carlos",
    "Daniel",
    "Lisa",
    "Anthony",
    "Sandra",
)
LAST = (
    "Johnson",
    "Williams",
    "Brown",
    "Garcia",
    "Miller",
    "Martinez",
    "Wilson",
    "Anderson",
    "Taylor",
    "Moore",
    "Jackson",
    "Thompson",
)
GENRES = (
    "Drama",
    "Comedy",
    "Action",
    "Thriller",
    "Romance",
    "Horror",
    "Crime",
)

Change = Callable[[Random, str, dict[str, str]], str]


@dataclass(slots=True)
class Generated:
    """A sample with planted faults: `wrong` says which kind of fault each faulty cell (record, field) has."""

    name: str
    clean: list[dict[str, str]]
    dirty: list[dict[str, str]] = field(default_factory=list)
    wrong: dict[tuple[int, str], str] = field(default_factory=dict)

    def plant(self, draw: Random, name: str, share: float, kind: str, change: Change) -> None:
        """Changes about `share` of the field's cells that have no fault yet."""
        self.dirty = self.dirty or [dict(row) for row in self.clean]
        for record, row in enumerate(self.dirty):
            if draw.random() < share and (record, name) not in self.wrong:
                changed = change(draw, row[name], self.clean[record])
                if changed != row[name]:
                    row[name] = changed
                    self.wrong[record, name] = kind


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"Generated samples, seed {seed}: planted faults, found / planted")
    for build in (departures, residents, films, readings):
        print_kinds(build(Random(seed)))


def print_kinds(sample: Generated) -> None:
    """Precision, recall and F1 of the cells, the clean share, the false alarms without faults, and recall by kind."""
    called, clean_share = found_in(sample.dirty)
    false_alarms, untouched = found_in(sample.clean)
    right = len(called & set(sample.wrong))
    precision, recall = right / max(1, len(called)), right / len(sample.wrong)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    truth = 1 - len({record for record, _ in sample.wrong}) / len(sample.dirty)
    print(f"{sample.name}: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
    print(f"  clean share {clean_share:.3f}, in truth {truth:.3f}: error {clean_share - truth:+.3f}")
    cells = len(sample.clean) * len(sample.clean[0])
    print(f"  without the faults: {len(false_alarms) / cells:.2%} of the cells called faulty, clean {untouched:.3f}")
    planted, found = Counter[str](), Counter[str]()
    for (record, name), kind in sample.wrong.items():
        planted[f"{name}: {kind}"] += 1
        found[f"{name}: {kind}"] += (record, name) in called
    for kind, count in sorted(planted.items()):
        print(f"    {found[kind]:>4} / {count:<4} {kind}")


def found_in(rows: list[dict[str, str]]) -> tuple[set[tuple[int, str]], float]:
    """The cells (0-based record, field) called faulty, and the clean share."""
    names = list(rows[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generated.csv"
        with path.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, names)
            writer.writeheader()
            writer.writerows(rows)
        connection, report = audit(path)
    called = {(record - 1, names[position]) for record, position in called_cells(connection)}
    connection.close()
    return called, report.clean.share


def departures(draw: Random) -> Generated:
    """Flights as several sources tell them, with their times in one notation."""
    rows = []
    for place in range(RECORDS):
        minutes = draw.randrange(1440)
        times = [_twelve_hours(minutes + later) for later in (0, draw.randrange(60, 300))]
        flight = f"{draw.choice(['AA', 'UA', 'DL'])}-{draw.randrange(10, 4000)}"
        rows.append({"id": str(place + 1), "flight": flight, "departure_time": times[0], "arrival_time": times[1]})
    sample = Generated("departures", rows)
    for name in ("departure_time", "arrival_time"):
        sample.plant(draw, name, 0.08, "missing", lambda draw, text, row: "")
        sample.plant(draw, name, 0.06, "with a date", lambda draw, text, row: f"12/02/2011 {text}")
        sample.plant(
            draw, name, 0.06, "short", lambda draw, text, row: text.replace(" a.m.", "a").replace(" p.m.", "p")
        )
        sample.plant(draw, name, 0.02, "stray end", lambda draw, text, row: f"{text} (-00:00)")
    return sample


def residents(draw: Random) -> Generated:
    """People with their town, state, postcode and phone number."""
    rows = []
    for _ in range(RECORDS):
        city, state, area = draw.choice(CITIES)
        first, last = draw.choice(FIRST), draw.choice(LAST)
        phone = f"({draw.randrange(201, 989)}) {draw.randrange(200, 999)}-{draw.randrange(1000, 9999)}"
        place = {"city": city, "state": state, "zip": f"{area}{draw.randrange(100):02}", "phone": phone}
        rows.append(
            {
                "name": f"{first} {last}",
                "gender": draw.choice("MF"),
                **place,
                "salary": str(draw.randrange(20, 99) * 1000),
            }
        )
    sample = Generated("residents", rows)
    sample.plant(draw, "city", 0.03, "slip of the pen", _slip)
    sample.plant(draw, "city", 0.02, "stray end", lambda draw, text, row: f"{text}-*")
    sample.plant(draw, "city", 0.01, "phone number", lambda draw, text, row: row["phone"])
    sample.plant(draw, "state", 0.04, "written out", lambda draw, text, row: STATES[text])
    sample.plant(draw, "state", 0.01, "postcode", lambda draw, text, row: row["zip"])
    sample.plant(draw, "state", 0.02, "another state", lambda draw, text, row: draw.choice(list(STATES)))
    sample.plant(draw, "gender", 0.03, "other case", lambda draw, text, row: text.lower())
    sample.plant(draw, "zip", 0.02, "letter for a digit", lambda draw, text, row: text.replace("0", "O"))
    sample.plant(draw, "phone", 0.06, "other separators", lambda draw, text, row: text[1:].replace(") ", "-"))
    sample.plant(draw, "phone", 0.02, "too short", lambda draw, text, row: text[:-2])
    sample.plant(draw, "salary", 0.02, "stray end", lambda draw, text, row: f"{text}-*")
    return sample


def films(draw: Random) -> Generated:
    """Films with duration, rating, votes and a list of genres in any order."""
    rows = []
    for place in range(RECORDS):
        genres = ",".join(draw.sample(GENRES, draw.randrange(1, 4)))
        numbers = {"rating": f"{draw.randrange(20, 95) / 10}", "votes": f"{draw.randrange(900, 90_000):,}"}
        rows.append({"id": f"tt{place:07}", "duration": f"{draw.randrange(70, 180)} min", **numbers, "genres": genres})
    sample = Generated("films", rows)
    sample.plant(draw, "duration", 0.10, "hours and minutes", _in_hours)
    sample.plant(draw, "duration", 0.04, "without a unit", lambda draw, text, row: text.split()[0])
    sample.plant(draw, "rating", 0.06, "out of ten", lambda draw, text, row: f"{text}/10")
    sample.plant(draw, "votes", 0.02, "a word", lambda draw, text, row: "three")
    sample.plant(draw, "genres", 0.02, "slip of the pen", _slip)
    return sample


def readings(draw: Random) -> Generated:
    """Readings of sensors, numbers with three decimals among them."""
    rows = []
    for place in range(RECORDS):
        at = f"2024-03-{1 + place // 288:02} {place // 12 % 24:02}:{place * 5 % 60:02}:00"
        numbers = {"celsius": f"{draw.gauss(20, 2):.2f}", "volts": f"{draw.gauss(3.3, 0.02):.3f}"}
        rows.append({"at": at, "sensor": f"S{place % 8 + 1}", **numbers, "state": draw.choice(["OK", "OK", "WARN"])})
    sample = Generated("readings", rows)
    sample.plant(draw, "celsius", 0.02, "decimal comma", lambda draw, text, row: text.replace(".", ","))
    sample.plant(draw, "celsius", 0.01, "filler", lambda draw, text, row: "-999")
    sample.plant(draw, "celsius", 0.02, "device error", lambda draw, text, row: "ERR")
    sample.plant(draw, "volts", 0.01, "two points", lambda draw, text, row: f"{text}.0")
    sample.plant(draw, "state", 0.02, "other case", lambda draw, text, row: text.lower())
    return sample


def _twelve_hours(minutes: int) -> str:
    hour, minute = divmod(minutes % 1440, 60)
    return f"{hour % 12 or 12}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}"


def _in_hours(draw: Random, text: str, row: dict[str, str]) -> str:
    hours, minutes = divmod(int(text.split()[0]), 60)
    return f"{hours} hr. {minutes} min."


def _slip(draw: Random, text: str, row: dict[str, str]) -> str:
    """One letter swapped, left out, put in or overwritten, past the first."""
    place, letter = draw.randrange(1, len(text) - 1), draw.choice("aeinrstx")
    before, at, after = text[:place], text[place], text[place + 1 :]
    slips = (before + after[0] + at + after[1:], before + after, before + letter + at + after, before + letter + after)
    return draw.choice(slips)


if __name__ == "__main__":
    main()
