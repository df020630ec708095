"""`python -m readiness` is the `readiness` command."""

from __future__ import annotations

import sys

from readiness.cli import main

if __name__ == "__main__":
    sys.exit(main())
