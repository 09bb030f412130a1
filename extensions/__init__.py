"""Extensions: what serves the service itself, one folder each."""
