"""The functional core: snapshot in, findings out; the outside is read in `audit.sources` only."""
