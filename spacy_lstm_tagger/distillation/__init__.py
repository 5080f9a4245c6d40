"""Distillation of pipelines: a student learns what its teachers say about raw text.

It follows spaCy 4's `spacy distill`. In contrast to it, the whole pipeline of a teacher runs, so
that a teacher may listen to a transformer; there may be several teachers; tags are matched by name.
"""

from .config import fill_config
from .loop import distill
from .teacher import Lesson, Teacher

__all__ = ["Lesson", "Teacher", "distill", "fill_config"]
