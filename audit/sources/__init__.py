"""Where records come from; one small interface, `Source`."""
