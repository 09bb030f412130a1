"""Names of attributes that tell what a span means: those that `ai_semantics` adds, for whoever reads them.

Source: genai_semconv, section 2.
"""

from typing import Final

DIALECT: Final = "spansieve.dialect"
"""The convention that a span was written in."""
KIND: Final = "spansieve.ai.kind"
"""What kind of step it is: `model`, `tool`, `agent` ..."""
ROLLUP: Final = "spansieve.ai.rollup"
"""true: its token counts repeat those of spans below."""
ERROR_CLASS: Final = "spansieve.error.class"
"""How it failed; absent where it did not."""
ERROR_SOURCE: Final = "spansieve.error.source"
"""Where the failure was seen."""
ERROR_SOFT: Final = "spansieve.error.soft"
"""true: it may be a normal outcome."""
NO_ERROR: Final = "none"
"""The class of control flow that was raised as an exception: no error, whatever the status says."""
CACHE_WRITES: Final = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens")
"""Tokens written to the cache: one count, under the name of 1.41.1 or the coming one."""
