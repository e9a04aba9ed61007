"""The release, in the one place where it stands: programs, packages, the Python module and its wheel read it here."""

VERSION = "1.0.0"
