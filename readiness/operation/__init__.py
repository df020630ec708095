"""The running system, watched: the instrument that writes outcome records, their log, and what follows from it."""
