"""All projects: make one, open one, look after them."""

from readiness.ui import portfolio

portfolio.draw()
