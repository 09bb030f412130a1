"""`prompt_privacy`: prompts hashed, personal data and secrets out."""
