"""`python -m spansieve` is the `spansieve` command."""

from spansieve.cycles import hold_off


def main() -> None:
    """Run the command."""
    hold_off()
    from spansieve.cli import main as command  # noqa: PLC0415 (the imports are most of a start)

    command()


if __name__ == "__main__":
    main()
