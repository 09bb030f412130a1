"""Names of the attributes that tell what a span means: the standard ones that several parts read, and those that
`ai_semantics` adds.

Source: OpenTelemetry's GenAI conventions 1.41.1. What `spansieve.*` mean is in processors/ai_semantics/README.md.
"""

from typing import Final

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
"""Cached ones included, but where INPUT_EXCLUDES_CACHE says otherwise."""
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITES: Final = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens")
"""Tokens written to the cache: one count, under the name of 1.41.1 or the coming one."""
ERROR_TYPE: Final = "error.type"
TOOL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"

DIALECT: Final = "spansieve.dialect"
"""The convention that a span was written in."""
KIND: Final = "spansieve.ai.kind"
"""What kind of step it is: `model`, `tool`, `agent` ..."""
ROLLUP: Final = "spansieve.ai.rollup"
"""true: its token counts repeat those of spans below."""
INPUT_EXCLUDES_CACHE: Final = "spansieve.ai.input_excludes_cache"
"""true: the producer's input tokens leave the cached ones out."""
ARGS_HASH: Final = "spansieve.ai.tool.args_hash"
"""What a tool was given, as a hash."""
SAME_ARGUMENTS: Final = (ARGS_HASH, TOOL_ARGUMENTS)
"""The first that two calls of a tool have tells whether they were given the same."""
FINISH: Final = "spansieve.ai.finish"
"""The worst class of the finish reasons."""
PARALLEL: Final = "spansieve.ai.parallel"
"""true: the call ran at the same time as another one."""
CONTEXT_WINDOW: Final = "spansieve.ai.context.window"
"""Tokens that the model takes in."""
CONTEXT_UTILIZATION: Final = "spansieve.ai.context.utilization"
"""The share of them that was used."""
COST: Final = "spansieve.cost.usd"
ERROR_CLASS: Final = "spansieve.error.class"
"""How it failed; absent where it did not."""
ERROR_SOURCE: Final = "spansieve.error.source"
"""Where the failure was seen."""
ERROR_SOFT: Final = "spansieve.error.soft"
"""true: it may be a normal outcome."""
NO_ERROR: Final = "none"
"""The class of control flow that was raised as an exception: no error, whatever the status says."""
ORIGINAL: Final = "spansieve.original."
"""Before the key of a value that was replaced."""
