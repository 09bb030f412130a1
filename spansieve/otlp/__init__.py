"""OTLP around the bytes: the JSON mapping, the answers' status words, and the clients."""
