"""What holds for all tests."""

import os

from spansieve.cycles import settle

settle()  # as the program does
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each program that is started compiles all modules anew
