"""`python -m spansieve` is the `spansieve` command."""

from spansieve.cli import main

main()
