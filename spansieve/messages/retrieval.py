"""Documents that a retrieval found: id and score only, as the schema of 1.41.1 has them.

Source: `gen-ai-retrieval-documents.json`, which requires both; a document without one of them is left out.
"""

from math import isfinite

from spansieve.pdata import Value

from .flat import indexed
from .given import Given


def openinference_documents(given: Given) -> Value:
    """`retrieval.documents.<i>.document.{id,score}`."""
    entries = indexed(given.values, "retrieval.documents")
    return _documents([(entry.get("document.id"), entry.get("document.score")) for entry in entries])


def db_query_result(given: Given) -> Value:
    """The events `db.query.result`, one a document, with `db.query.result.{id,score}`."""
    prefix = "db.query.result"
    return _documents([(event.get(f"{prefix}.id"), event.get(f"{prefix}.score")) for _, event in given.events])


def _documents(pairs: list[tuple[Value, Value]]) -> Value:
    found: list[Value] = []
    for document_id, stated in pairs:
        score = _number(stated)
        if isinstance(document_id, str | int) and document_id != "" and score is not None:
            found.append({"id": str(document_id), "score": score})
    return found or None


def _number(score: Value) -> float | None:
    try:
        number = float(score) if isinstance(score, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and isfinite(number) else None
