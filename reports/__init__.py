"""Presentation: tables declared once, one writer for each kind of file."""
