"""The colours of every chart, on pages and in documents.

They are those of Okabe and Ito's palette (2008, Color Universal Design), told apart with every common kind of colour
blindness, that also keep 3 to 1 against the light and the dark ground: its sky blue, orange and yellow don't on white.
"""

from __future__ import annotations

GREEN = "#009E73"
BLUE = "#0072B2"
PURPLE = "#CC79A7"
VERMILLION = "#D55E00"
GUIDE = "#76848A"  # lines that help to read: seen on both grounds, and quieter than what is drawn
