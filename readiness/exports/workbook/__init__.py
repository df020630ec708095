"""The production scope as a workbook (XLSX) that calculates by itself, with the app's figures cached in each formula.

Inputs are blue, formulas are black, and everything that is counted is counted by a formula over the table `Scope`.
One module a sheet; `content` is what they are made from, `live` the figures of their formulas, `looks` how they look.
"""

from readiness.exports.workbook.book import scope_workbook
from readiness.exports.workbook.content import ValueRow

__all__ = ["ValueRow", "scope_workbook"]
