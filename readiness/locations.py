"""Where the application's own files lie, in a checkout and in an installed wheel, and where the store goes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_app"
_CHECKOUT = _PACKAGE.parent

STORE_NAME = "readiness.duckdb"


def application_root() -> Path:
    """The folder that holds app.py, pages/, data/ and .streamlit/."""
    return _BUNDLED if _BUNDLED.is_dir() else _CHECKOUT


def catalog_folder() -> Path:
    """The folder of the readable catalog files."""
    return application_root() / "data" / "catalog"


def default_store_path() -> Path:
    """READINESS_DB, else data/ of a checkout, else the user's data directory."""
    named = os.environ.get("READINESS_DB")
    if named:
        return Path(named).expanduser()
    if not _BUNDLED.is_dir():
        return _CHECKOUT / "data" / STORE_NAME
    return _user_data_folder() / "readiness" / STORE_NAME


def _user_data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
