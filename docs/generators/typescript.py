"""The API of the TypeScript port, from what it exports and the comments there. It reads the port's layout, no more."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from generators.markdown import LOOKED_UP, front

EXPORT = re.compile(r"^export (?:type )?(?P<names>\{[^}]*\}|\*) from \"(?P<module>[^\"]+)\";$", re.MULTILINE)
DECLARED = re.compile(
    r"^export (?:abstract |async )?(?P<kind>function|class|interface|type|const) (?P<name>\w+)", re.MULTILINE
)
COMMENT = re.compile(r"/\*\*(?P<text>(?:(?!\*/).)*)\*/\s*\Z", re.DOTALL)
MEMBER = re.compile(
    r"^  (?:(?:readonly|static|async|get|abstract) )*\*?(?!(?:override|private|readonly)\b)(?P<name>\w+)\b"
)
FOR_ITSELF = re.compile(r"[A-Z]{3}-\d{3}")
"""A comment that begins with a rule is for those who read the port, not for those who use it."""
RETURNED = re.compile(r"^  (?P<name>\w+): (?:async )?(?P<call>\(.*?\): .+?) =>", re.MULTILINE)


def page(source: Path) -> str:
    """Return the page.

    Args:
        source: The folder `src` of the port.

    Raises:
        LookupError: Something is exported and declared nowhere; the page would be wrong.
    """
    lines = [
        *front(
            "TypeScript API", "Everything that the TypeScript port exports, with signatures and comments.", LOOKED_UP
        ),
        "# TypeScript API",
        "",
        (
            "What the package `taskpoint` exports, made from the sources of "
            "[the port](../../conformance/ports/typescript/README.md)."
        ),
        "Names follow the language, and records do not: [the table of names](../../spec/1.0/names.md) has both sides.",
    ]
    for file, package in (("index.ts", "taskpoint"), ("sqlite.ts", "taskpoint/sqlite")):
        lines += ["", f"## {package} {{ #{package.replace('/', '-')} }}"]
        for name, module in sorted(exported(source / file), key=lambda each: each[0].lower()):
            lines += ["", f"### {name} {{ #{name} }}", "", *described(name, module)]
    return "\n".join([*lines, ""])


def exported(file: Path) -> Iterator[tuple[str, Path]]:
    """Yield the names that a module exports from others, each with the module that declares it."""
    for found in EXPORT.finditer(file.read_text(encoding="utf-8")):
        module = (file.parent / found["module"]).with_suffix(".ts")
        if found["names"] == "*":
            yield from ((each["name"], module) for each in DECLARED.finditer(module.read_text(encoding="utf-8")))
        else:
            names = (each.strip().removeprefix("type ") for each in found["names"].strip("{}").split(","))
            yield from ((name, module) for name in names if name)


def described(name: str, module: Path) -> Iterator[str]:
    """Yield what a module says of something that it declares."""
    text = module.read_text(encoding="utf-8")
    found = [each for each in DECLARED.finditer(text) if each["name"] == name]
    if not found:
        raise LookupError(f"{module} declares no {name}")
    for comment in filter(None, [before(text, found[0].start())]):
        yield from (*prose(comment), "")
    kind = found[0]["kind"]
    if kind == "function":
        heads = [signature(text[each.start() :]) for each in found]
        yield from fenced(*(heads[:-1] if len(heads) > 1 else heads))
        return
    declaration = whole(text[found[0].start() :])
    if kind == "class":
        yield from members(declaration)
    elif kind == "const":
        yield from constant(name, declaration)
    else:
        yield from fenced(declaration)


def before(text: str, place: int) -> str:
    r"""Return the comment that ends right before a place, without its stars.

    Example:
        >>> before("/** Adds. */\nexport const", 13)
        'Adds.'
    """
    found = COMMENT.search(text[:place])
    return inspect.cleandoc(re.sub(r"(?m)^\s*\* ?", "", found["text"])).strip() if found else ""


def prose(comment: str) -> Iterator[str]:
    """Yield a comment as Markdown, its example as code."""
    said, *examples = re.split(r"(?m)^@example ?", comment)
    yield re.sub(r"(?m)^@(\w+)", r"**\1**", said).strip()
    for each in examples:
        yield from ("", *fenced(each.strip()))


def fenced(*code: str) -> Iterator[str]:
    """Yield lines of code as a block."""
    yield from ("```ts", *code, "```")


def signature(text: str) -> str:
    """Return how a function or a method is called: all before its body.

    Example:
        >>> signature("export function add(a: number): { sum: number } {")
        'function add(a: number): { sum: number }'
    """
    depth, lines = 0, list[str]()
    for line in text.splitlines():
        lines.append(line)
        depth += sum(line.count(each) for each in "([") - sum(line.count(each) for each in ")]")
        if depth <= 0 and line.endswith(("{", "{}", ";")):
            break
    head = re.sub(r"(?: \{\}?|;)$", "", "\n".join(lines))
    return re.sub(r"^export (?:async )?", "", inspect.cleandoc(head))


def whole(text: str) -> str:
    """Return a declaration to its end: the line that closes it stands as far left as it began."""
    first, *rest = text.splitlines()
    lines = [first]
    if not first.endswith((";", "{}")):
        for line in rest:
            lines.append(line)
            if line and not line.startswith((" ", ")")):
                break
    return "\n".join(lines).removeprefix("export ")


def members(declaration: str) -> Iterator[str]:
    """Yield a class as one block: its head, and what is public in it with its comments."""
    head, _, _ = declaration.partition("\n")
    shown: list[tuple[str, list[str]]] = []
    place = len(head) + 1
    for line in declaration[place:].splitlines(keepends=True):
        found = MEMBER.match(line)
        comment = before(declaration, place)
        if found and not FOR_ITSELF.match(comment):
            overloaded = shown and shown[-1][0] == found["name"] and line.rstrip().endswith("{")
            text = re.sub(r"^(?:async )|\b = (?![^(]*\)).*$", "", signature(declaration[place:]))
            said = [f"/** {comment} */" if "\n" not in comment else starred(comment)] if comment else []
            if not overloaded:
                shown.append((found["name"], [*said, f"{text};"]))
        place += len(line)
    body = "\n".join(line for _, lines in shown for line in lines)
    yield from fenced(head.removesuffix("{}").removesuffix(" {").strip() + " {", textwrap.indent(body, "  "), "}")


def starred(comment: str) -> str:
    r"""Return a comment of several lines as it is written in code.

    Example:
        >>> starred("a\n\nb")
        '/**\n * a\n *\n * b\n */'
    """
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in comment.splitlines()), " */"])


def constant(name: str, declaration: str) -> Iterator[str]:
    """Yield a constant: the functions of an object, or its first line."""
    found = list(RETURNED.finditer(declaration))
    if not found:
        yield from fenced(declaration.partition(" = ")[0] if "\n" in declaration else declaration)
    for each in found:
        comment = before(declaration, each.start())
        yield from (*([*prose(comment), ""] if comment else []), *fenced(f"{name}.{each['name']}{each['call']}"), "")
