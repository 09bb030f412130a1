"""Content in a foreign shape as the message schema of the GenAI conventions.

A reader is one shape; `mapping.yaml` names them (`readers:`). Each takes what is `Given` and answers structured values
that both OTLP and JSON can hold. Content is never cut: it is read whole, or not at all (`too_large`).

On top of them stand, in modules of their own, `calls`: what was said in one call, in canonical form; `chain`: its keyed
hashes; and `fingerprints`: those of spans, ready to be written.

Source: semantic conventions 1.41.1, `gen-ai-{input,output}-messages.json`, `gen-ai-system-instructions.json`,
`gen-ai-tool-definitions.json`, `gen-ai-retrieval-documents.json`.
"""

from collections.abc import Callable, Mapping

from spansieve.pdata import Value

from .events import events
from .finish import finish_reasons
from .fit import fitted
from .flattened_messages import ollm, openinference
from .gemini import gemini_candidates, gemini_contents
from .given import Given
from .limits import MAX_CONTENT_BYTES, MAX_MESSAGES, too_large
from .openai import openai_request, openai_response, text_or_json
from .plain import text_reader
from .retrieval import db_query_result, openinference_documents
from .tools import collect, ollm_functions
from .vercel import vercel, vercel_response

__all__ = [
    "MAX_CONTENT_BYTES",
    "MAX_MESSAGES",
    "READERS",
    "Given",
    "collect_json",
    "finish_reasons",
    "read",
    "too_large",
]

READERS: Mapping[str, Callable[[Given], Value]] = {
    "openinference": openinference,
    "ollm": ollm,
    "ollm_functions": ollm_functions,
    "vercel": vercel,
    "vercel_response": vercel_response,
    "events": events,
    "openai_request": openai_request,
    "openai_response": openai_response,
    "gemini_contents": gemini_contents,
    "gemini_candidates": gemini_candidates,
    "text": text_reader,
    "text_or_json": text_or_json,
    "openinference_documents": openinference_documents,
    "db_query_result": db_query_result,
}
"""Each reader by its name in `mapping.yaml`. Use `read`, which bounds what goes in and what comes out."""


def read(name: str, given: Given) -> Value | None:
    """What the reader `name` makes of `given`: an array of messages (parts, documents, tools), as its target wants.
    None where there is nothing to read, and where `given` is above a limit: `too_large(given)`, or more than
    MAX_MESSAGES. Malformed content never raises; KeyError for a name that is not in READERS.
    """
    if too_large(given):
        return None
    return _bounded(READERS[name](given))


def collect_json(values: Mapping[str, Value]) -> Value | None:
    """`llm.tools.<i>.tool.json_schema`: the parsed schemas in the order of their numbers, one that is no JSON as text.
    None where there are none, or above a limit.
    """
    return None if too_large(Given(values)) else _bounded(collect(values))


def _bounded(value: Value) -> Value:
    return None if isinstance(value, list) and len(value) > MAX_MESSAGES else fitted(value)
