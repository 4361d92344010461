"""The reference: the command line, the Python API and what can be configured, from what each says of itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import click
from generators.markdown import LOOKED_UP, cell, front

WIDTH = 88
SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Examples?|Note):$")
ITEM = re.compile(r"^    (?P<name>\*{0,2}[\w.]+)(?: \([^)]*\))?: ")
OPTION = re.compile(r"(?m)^    (?P<name>\*{0,2}\w+): (?P<text>.*(?:\n {5,}.*)*)")
INNER = re.compile(r"``(\w+)``: ")
"""Options that a docstring explains together, as those of a decorator."""
POSITIONAL = ("| `first` |", "| `second` |")
EMPTY = inspect.Signature.empty
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def commands(root: click.Command, name: str) -> str:
    """Return the page of the command line: the help of each command."""
    lines = [
        *front("Command line", "Every command of taskpoint with its options."),
        "# Command line",
        "",
        "What `--help` says, for all commands at once.",
        *described(root, name, None),
    ]
    return "\n".join([*lines, ""])


def described(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    """Yield the help of a command and of those below it."""
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH, color=False
    )
    path = context.command_path
    yield from ("", f"## {path} {{ #{path.replace(' ', '-')} }}", "", "```text", command.get_help(context), "```")
    if isinstance(command, click.Group):
        for each in sorted(command.commands):
            yield from described(command.commands[each], each, context)


def api(module: ModuleType) -> str:
    """Return the page of a module: all that is public in it, with signatures and docstrings."""
    lines = [
        *front("Python API", f"Everything that is public in {module.__name__}.", LOOKED_UP),
        "# Python API",
        "",
        prose(inspect.getdoc(module) or ""),
    ]
    for name in module.__all__:
        public = getattr(module, name)
        lines += ["", f"## {name} {{ #{name} }}", ""]
        if not callable(public):
            lines.append(prose((inspect.getdoc(public) or "") if inspect.ismodule(public) else f"`{public!r}`"))
            for member in public.__all__ if inspect.ismodule(public) else ():
                found = getattr(public, member)
                lines += ["", f"### {name}.{member} {{ #{name}.{member} }}", "", *explained(member, found)]
            continue
        lines += explained(name, public)
        if inspect.isclass(public) and public.__module__.startswith(module.__name__):
            for member, value in members(public, module.__name__).items():
                lines += ["", f"### {name}.{member} {{ #{name}.{member} }}", "", *explained(member, value)]
    return "\n".join([*lines, ""])


def configuration(module: ModuleType, names: Sequence[str]) -> str:
    """Return the page of all that can be set, with its defaults, from the docstrings of what takes it.

    Args:
        module: The library.
        names: What takes options: functions and classes of it.
    """
    lines = [
        *front("Configuration", "All options with their defaults: of definitions, runs, policies, savers and stores."),
        "# Configuration",
        "",
        "What can be set, and what holds where nothing is?",
        "",
        "The library reads no environment variable and no file of settings: everything is given in code.",
        "In other languages [the names and units](../../spec/1.0/names.md) may differ; what they do does not.",
    ]
    for name in names:
        public = getattr(module, name)
        lines += ["", f"## {name} {{ #{name} }}", "", *options(public), "", f"More: [{name}](api.md#{name})."]
    return "\n".join([*lines, ""])


def options(public: Any) -> Iterator[str]:
    """Yield what something takes as a table."""
    doc = inspect.getdoc(public) or ""
    yield from (doc.partition("\n\n")[0].replace("\n", " "), "", "| option | default | what it does |", "|---|---|---|")
    try:
        defaults = {name: each.default for name, each in inspect.signature(public).parameters.items()}
    except (TypeError, ValueError):
        defaults = {}
    rows: list[str] = []
    for found in OPTION.finditer(re.split(r"(?m)^(?:Args|Attributes):$", doc)[-1].partition("\n\n")[0]):
        inner = INNER.split(found["text"])
        if len(inner) > 1:
            rows = [line for line in rows if not line.startswith(POSITIONAL)]
            rows += [
                f"| `{name}` | - | {cell(capitalized(text))} |"
                for name, text in zip(inner[1::2], inner[2::2], strict=True)
            ]
            continue
        default = defaults.get(found["name"], EMPTY)
        shown = "-" if default is EMPTY else f"`{getattr(default, '__name__', repr(default))}`"
        rows.append(f"| `{found['name']}` | {cell(shown)} | {cell(found['text'].replace('``', '`'))} |")
    yield from rows


def capitalized(text: str) -> str:
    """Return a sentence with a capital, and without what joins it to the next.

    Example:
        >>> capitalized("what ``a`` is. ")
        'What `a` is.'
    """
    plain = text.strip().replace("``", "`")
    return plain[:1].upper() + plain[1:]


def explained(name: str, public: Any) -> Iterator[str]:
    """Yield the signature of something public, and its docstring."""
    target = getattr(public, "__func__", public)
    if callable(target):
        yield from ("```python", signature(name, target), "```", "")
    yield prose(inspect.getdoc(public) or "")


def signature(name: str, public: Any) -> str:
    """Return how something is called: a parameter a line where there is no room for all of them.

    Example:
        >>> def add(first: int, second: int = 0) -> int: ...
        >>> signature("add", add)
        'add(first: int, second: int = 0) -> int'
    """
    try:
        found = unquoted(inspect.signature(public))
    except (TypeError, ValueError):
        return name
    text = ADDRESS.sub("", str(found))
    if len(name + text) <= WIDTH:
        return name + text
    end = "" if found.return_annotation is EMPTY else text[text.rindex(") -> ") :]
    singles = [ADDRESS.sub("", str(each)) for each in found.parameters.values()]
    kinds = [each.kind for each in found.parameters.values()]
    keyword = next((at for at, kind in enumerate(kinds) if kind is inspect.Parameter.KEYWORD_ONLY), None)
    if keyword is not None and inspect.Parameter.VAR_POSITIONAL not in kinds:
        singles.insert(keyword, "*")
    return f"{name}(\n" + "".join(f"    {each},\n" for each in singles) + (end or ")")


@dataclass(frozen=True, slots=True)
class Bare:
    """A text that is shown without quotation marks."""

    text: str

    def __repr__(self) -> str:
        return self.text


def unquoted(found: inspect.Signature) -> inspect.Signature:
    """Return a signature that shows annotations as they were written, and functions by their names."""

    def annotation(value: Any) -> Any:
        return Bare(value) if isinstance(value, str) else value

    parameters = [
        each.replace(
            annotation=annotation(each.annotation),
            default=Bare(each.default.__name__) if inspect.isroutine(each.default) else each.default,
        )
        for each in found.parameters.values()
    ]
    return found.replace(parameters=parameters, return_annotation=annotation(found.return_annotation))


def members(public: type, package: str) -> dict[str, Any]:
    """Return the public methods and properties of a class, with what it inherits from the package's own classes."""
    own = [each for each in reversed(public.__mro__) if each.__module__.partition(".")[0] == package]
    found = {name: value for each in own for name, value in vars(each).items()}
    return {
        name: value
        for name, value in found.items()
        if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, property))
    }


def prose(doc: str) -> str:
    r"""Return a docstring in Google's style as Markdown.

    Example:
        >>> prose("Add.\n\nArgs:\n    first: A number.\n\nExample:\n    >>> 1 + 1\n    2")
        'Add.\n\n**Args**\n\n- `first`: A number.\n\n**Example**\n\n```pycon\n>>> 1 + 1\n2\n```'
    """
    blocks: list[str] = []
    section, body = "", list[str]()
    for line in [*doc.splitlines(), "Note:"]:
        if not (found := SECTION.match(line)):
            body.append(line)
            continue
        blocks += rendered(section, body)
        section, body = found[1], []
    return "\n\n".join(blocks)


def rendered(section: str, body: list[str]) -> Iterator[str]:
    """Yield the Markdown of one section of a docstring."""
    text = "\n".join(body).strip("\n")
    if not text.strip():
        return
    if not section:
        yield re.sub(r"(?m)^Example::$", "Example:", text)
        return
    yield f"**{section}**"
    if section.startswith("Example"):
        yield "```pycon\n" + inspect.cleandoc("\n" + text) + "\n```"
    else:
        items = (ITEM.sub(lambda m: f"- `{m['name']}`: ", line) for line in text.splitlines())
        yield "\n".join(line if line.startswith("- ") else line.strip() for line in items)
