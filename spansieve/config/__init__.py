"""YAML to validated models, with file, line and column in every problem. `load.load` is the way in."""
