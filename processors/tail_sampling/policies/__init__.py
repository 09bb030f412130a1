"""The policies of `tail_sampling`: their configuration, and how each votes."""

from .base import BuildContext, Building, Now, Policies, Policy, PolicyError, Verdict, Vote, Watcher
from .build import MAKERS, build

__all__ = [
    "MAKERS",
    "BuildContext",
    "Building",
    "Now",
    "Policies",
    "Policy",
    "PolicyError",
    "Verdict",
    "Vote",
    "Watcher",
    "build",
]
