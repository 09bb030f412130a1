"""`prompt_privacy`: prompts hashed, personal data and secrets out."""

from .config import PromptPrivacyConfig
from .processor import PromptPrivacy

__all__ = ["PromptPrivacy", "PromptPrivacyConfig"]
