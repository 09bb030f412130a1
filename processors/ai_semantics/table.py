"""All rules of the processor, compiled: the shipped mapping with what the user adds to it."""

from collections.abc import Callable, Mapping
from typing import Any

from spansieve.semconv.names import DIALECT, ERROR_CLASS, FINISH, FINISH_REASONS, KIND, OPERATION, ROLLUP

from .atoms import Atoms
from .filling import Filling, Normaliser
from .finish import Finish
from .judge import Judge
from .models import COUNTED, SPECIAL
from .providers import Providers
from .recognise import Recogniser
from .records import Records
from .request import Inheritance
from .signals import Signals
from .span_events import SpanEvents

_ALWAYS = (DIALECT, KIND, OPERATION, FINISH_REASONS, FINISH, ERROR_CLASS, ROLLUP, "gen_ai.system", *COUNTED, *SPECIAL)


class Table:
    """What a pipeline's processor knows. Raises ValueError and PatternError for rules that can't be compiled."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        *,
        content: bool,
        from_finish: Mapping[str, bool],
        skipped: Callable[[str, str], None],
    ) -> None:
        """`mapping` is as `merge` gives it; the other arguments are of the configuration."""
        self.skipped = skipped
        atoms = self.atoms = Atoms()
        self.providers = Providers(mapping["providers"])
        self.recogniser = Recogniser(mapping, atoms)
        self.filling = Filling(mapping, atoms, self.providers, content=content, skipped=skipped)
        self.normaliser = Normaliser(self.providers)
        self.events = SpanEvents(mapping, atoms)
        self.finish = Finish(mapping["finish_reasons"])
        errors = mapping["errors"]
        self.signals = Signals(errors, atoms, {**errors["from_finish"], **from_finish})
        self.judge = Judge(errors, self.signals)
        self.records = Records(mapping, atoms, self.providers, content=content)
        self.inheritance = Inheritance(mapping, atoms)
        self.tested = atoms.tested()
        """Keys whose values matter to rules, each with the bits of its pairs."""
        self.keys = frozenset({*self.filling.keys, *self.tested, *self.signals.content_keys, *_ALWAYS})
        """Keys that matter by being there."""
