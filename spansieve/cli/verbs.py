"""The group of all verbs: the built-in ones, and those that plugins bring as entry points of `spansieve.commands`."""

import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from spansieve.config.problems import ConfigError
from spansieve.registry import PluginError, Registry

GROUP = "spansieve.commands"
_OWN = "spansieve"
_LONGEST_HELP = 200  # a short help is one sentence and is shown whole


class Verbs(click.Group):
    """Verbs by name. Two verbs of one name are refused rather than one of them taken; a mistake is no traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted; nothing of a plugin is loaded for that. Raises PluginError when a name is taken twice."""
        own = super().list_commands(ctx)
        for name in own:
            _refuse_twin(name)
        return sorted({*own, *Registry().commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A verb; a plugin's is loaded only now. Raises PluginError when it can't be, or when its name is taken."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            _refuse_twin(cmd_name)
            return own
        point = Registry().commands().get(cmd_name)
        return None if point is None else _load(point)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs for the help; of a stranger's verb it says only whose it is, as that loads nothing."""
        rows = []
        for name in self.list_commands(ctx):
            point = Registry().commands().get(name)
            if point is not None and package(point) != _OWN:
                rows.append((name, f"from {package(point)}"))
                continue
            verb = self.commands[name] if point is None else _load(point)
            if not verb.hidden:
                rows.append((name, verb.get_short_help_str(_LONGEST_HELP)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 (click's)
        """Run the command line. A mistake in the configuration or a plugin ends it plainly, with exit code 2."""
        try:
            return super().main(*args, **extra)
        except ConfigError as mistakes:
            click.echo(str(mistakes), err=True)
            sys.exit(2)


def package(point: EntryPoint) -> str:
    """The name of the package that brings `point`."""
    name = point.dist.name if point.dist is not None else None
    return name or "(a package without a name)"


def _refuse_twin(name: str) -> None:
    """Raise PluginError if a plugin brings a verb of the built-in verb's `name`."""
    others = sorted({package(point) for point in entry_points(group=GROUP, name=name)})
    if others:
        raise PluginError(
            f"the command {name} is brought by {' and '.join(others)}, and it is spansieve's own",
            f"Ask its author for another name, or uninstall it: pip uninstall {' '.join(others)}",
        )


def _load(point: EntryPoint) -> click.Command:
    what = f"the command {point.name} of the package {package(point)}"
    try:
        command = point.load()
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = f"Reinstall or update it: pip install --upgrade {package(point)}"
        raise PluginError(f"{what} can't be loaded: {reason}", hint) from error
    if not isinstance(command, click.Command):
        raise PluginError(f"{what} is no command: {point.value} should be a click.Command")
    return command
