"""Speed and memory, measured beside their floors; run by hand, never in a test."""
