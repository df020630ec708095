"""A text as a QR code that a phone reads from a wall."""

from __future__ import annotations

QUIET_ZONE = 4  # modules of white around the code, as the standard asks: on a dark ground phones need it
PIXELS = 900  # at least, so that a beamer shows sharp edges


def qr_png(text: str) -> bytes:
    """A PNG image, black on white whatever the page's ground is."""
    import io

    import segno

    code = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    width = code.symbol_size(scale=1, border=QUIET_ZONE)[0]
    code.save(out, kind="png", scale=-(-PIXELS // int(width)), border=QUIET_ZONE, dark="#000000", light="#ffffff")
    return out.getvalue()
