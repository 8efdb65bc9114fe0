"""The imperative shell: commands, settings, clock, paths and exit codes."""
