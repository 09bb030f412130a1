"""What is personal or secret in a text: where it stands, and what it is."""
