"""From a file of any dialect to records as text, with nothing lost and nothing silently converted."""
