"""Which attributes of tokens a pipeline sets, by what its components say that they assign."""

from spacy.language import Language


def check_tags(nlp: Language, name: str = "The pipeline") -> None:
    """Raise a ValueError if no component of a pipeline sets tags."""
    if not sets_attribute(nlp, "tag"):
        raise no_tags(nlp, name)


def no_tags(nlp: Language, name: str = "The pipeline") -> ValueError:
    """The error for a pipeline that sets no tags."""
    return ValueError(f"{name} sets no tags; its components are {nlp.pipe_names}.")


def tag_setters(nlp: Language) -> list[str]:
    """The names of the components that say that they assign tags."""
    return [name for name in nlp.pipe_names if "token.tag" in nlp.get_pipe_meta(name).assigns]


def sets_attribute(nlp: Language, name: str) -> bool:
    """Whether a component of a pipeline may set an attribute of words. A component that doesn't say
    what it assigns, such as an `attribute_ruler` or a function of the user's own, may set all.

    name (str): The attribute, such as `pos`.
    """
    assigned = [nlp.get_pipe_meta(pipe_name).assigns for pipe_name in nlp.pipe_names]
    return any(not assigns or f"token.{name}" in assigns for assigns in assigned)
