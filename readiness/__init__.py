"""A readiness assessment for AI projects: from a raw sample of records to a go / fix first / stop brief."""

__version__ = "0.1.0"
