"""What holds for all tests."""

import os

from hypothesis import settings

from spansieve.cycles import settle

settings.register_profile("untimed", deadline=None)  # how long something takes is measured in bench/
settings.load_profile("untimed")
settle()  # as the program does
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each program that is started compiles all modules anew
