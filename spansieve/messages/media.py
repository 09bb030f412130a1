"""Pictures, sounds and files: as bytes (`blob`), as an address (`uri`), or as an id at the provider (`file`)."""

from spansieve.pdata import Value

from .parts import Part


def media(source: Value, mime_type: Value = None, modality: str = "") -> Part | None:
    """The part of `source`, an address, a `data:` URL or base64. `modality` is used where the MIME type is not known.
    None where `source` is no text.
    """
    if not isinstance(source, str) or not source:
        return None
    if source[:5].lower() == "data:":
        head, comma, content = source[5:].partition(",")
        if comma and head.lower().endswith(";base64"):
            return _part("blob", "content", content, head.partition(";")[0] or mime_type, modality)
        return _part("uri", "uri", source, head.partition(";")[0] or mime_type, modality)
    kind, key = ("uri", "uri") if "://" in source[:32] else ("blob", "content")
    return _part(kind, key, source, mime_type, modality)


def address(uri: Value, mime_type: Value = None, modality: str = "") -> Part | None:
    """The part of an address, whatever it looks like. None where it is no text."""
    return _part("uri", "uri", uri, mime_type, modality) if isinstance(uri, str) and uri else None


def file(file_id: Value, mime_type: Value = None, modality: str = "") -> Part | None:
    """The part of a file that the provider has. None where the id is no text."""
    return _part("file", "file_id", file_id, mime_type, modality) if isinstance(file_id, str) and file_id else None


def _part(kind: str, key: str, content: str, mime_type: Value, modality: str) -> Part:
    mime = mime_type if isinstance(mime_type, str) and mime_type else ""
    part: Part = {"type": kind, "modality": _modality(mime) or modality or "document"}
    return part | ({"mime_type": mime} if mime else {}) | {key: content}


def _modality(mime_type: str) -> str:
    """`image`, `video` and `audio`, which the schema names; `document` for other types, as later versions do."""
    family = mime_type.partition("/")[0].lower()
    if family in ("image", "video", "audio"):
        return family
    return "document" if mime_type else ""
