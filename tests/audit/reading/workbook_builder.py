"""Builds small workbooks part by part, odd and hostile ones included, which no spreadsheet library would write."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

STYLES = (
    '<numFmts count="3"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm"/><numFmt numFmtId="166" formatCode="[h]:mm:ss"/></numFmts>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/><xf numFmtId="20"/></cellXfs>'
)
PLAIN, DATE, DAY_FIRST, DATE_TIME, ELAPSED, TIME = range(6)


@dataclass
class BookSheet:
    name: str
    rows: str  # the XML inside sheetData
    state: str = ""
    before: str = ""  # XML before sheetData
    after: str = ""  # XML after sheetData


@dataclass
class Book:
    sheets: list[BookSheet]
    texts: str = ""
    date_1904: bool = False
    strict: bool = False
    prolog: str = ""  # stands before the root of the first sheet
    extra: dict[str, bytes] = field(default_factory=dict)

    def save(self, path: Path) -> Path:
        main, relations = (_STRICT_MAIN, _STRICT_RELATIONS) if self.strict else (_MAIN, _RELATIONS)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr(
                "_rels/.rels",
                f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{relations}/officeDocument" '
                'Target="xl/workbook.xml"/></Relationships>',
            )
            listed = "".join(
                f'<sheet name="{sheet.name}" sheetId="{number}" r:id="rId{number}"'
                + (f' state="{sheet.state}"' if sheet.state else "")
                + "/>"
                for number, sheet in enumerate(self.sheets, start=1)
            )
            date_system = '<workbookPr date1904="1"/>' if self.date_1904 else ""
            archive.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{main}" xmlns:r="{relations}">{date_system}<sheets>{listed}</sheets></workbook>',
            )
            targets = "".join(
                f'<Relationship Id="rId{number}" Type="{relations}/worksheet" Target="worksheets/sheet{number}.xml"/>'
                for number in range(1, len(self.sheets) + 1)
            )
            archive.writestr(
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{_PACKAGE}">{targets}'
                f'<Relationship Id="s" Type="{relations}/styles" Target="styles.xml"/>'
                f'<Relationship Id="t" Type="{relations}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
                "</Relationships>",
            )
            archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{main}">{STYLES}</styleSheet>')
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{self.texts}</sst>')
            for number, sheet in enumerate(self.sheets, start=1):
                prolog = self.prolog if number == 1 else ""
                archive.writestr(
                    f"xl/worksheets/sheet{number}.xml",
                    f'{prolog}<worksheet xmlns="{main}">{sheet.before}<sheetData>{sheet.rows}</sheetData>{sheet.after}'
                    "</worksheet>",
                )
            for name, content in self.extra.items():
                archive.writestr(name, content)
        return path


def row(number: int, *cells: str, attributes: str = "") -> str:
    """A row of cells A, B, ...; an empty string leaves the cell out."""
    placed = "".join(
        cell.replace("<c", f'<c r="{chr(65 + position)}{number}"', 1) for position, cell in enumerate(cells) if cell
    )
    return f'<row r="{number}" {attributes}>{placed}</row>'


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def number(value: str, style: int = PLAIN) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'
