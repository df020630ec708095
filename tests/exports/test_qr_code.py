"""A QR code: read back from the picture, module by module."""

from __future__ import annotations

import io

import segno
from PIL import Image

from readiness.exports.qr_code import PIXELS, QUIET_ZONE, qr_png

ADDRESS = "http://192.168.178.20:8501/?join=39fe82"


def test_the_picture_holds_the_code_of_the_address_with_its_quiet_zone_in_black_and_white() -> None:
    image = Image.open(io.BytesIO(qr_png(ADDRESS))).convert("L")
    code = segno.make(ADDRESS, error="m", micro=False)
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    scale, rest = divmod(image.width, modules)
    assert (image.width, rest) == (image.height, 0)
    assert image.width >= PIXELS
    middle = scale // 2
    shown = [
        [image.getpixel((column * scale + middle, row * scale + middle)) for column in range(modules)]
        for row in range(modules)
    ]
    expected = [[0 if dark else 255 for dark in row] for row in code.matrix_iter(border=QUIET_ZONE)]
    assert shown == expected
    assert set(image.tobytes()) == {0, 255}
    assert shown[0] == shown[QUIET_ZONE - 1] == [255] * modules


def test_two_addresses_have_two_codes_and_one_has_always_the_same() -> None:
    assert qr_png(ADDRESS) == qr_png(ADDRESS)
    assert qr_png(ADDRESS) != qr_png(ADDRESS + "a")
