"""`python -m jobs` is `mailbox-audit`."""

from jobs.cli import main

if __name__ == "__main__":
    main()
