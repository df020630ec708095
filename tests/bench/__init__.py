"""Measurements, each a module that can be run by itself; `python -m tests.bench` runs them all."""
