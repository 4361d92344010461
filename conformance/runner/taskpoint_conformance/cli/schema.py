"""`schema`: the schemas, and types made of them."""

from __future__ import annotations

import click

from taskpoint_conformance.types import LANGUAGES, schema_names, schema_text

__all__ = ("schema",)


@click.command("schema")
@click.option("--types", "language", type=click.Choice(sorted(LANGUAGES)), help="Print types in this language.")
@click.argument("name", required=False, type=click.Choice(sorted(schema_names())), metavar="[NAME]")
def schema(language: str | None, name: str | None) -> None:
    """Name the schemas, print one, or print types of documents, driver messages and programs."""
    if language is not None:
        click.echo(LANGUAGES[language](), nl=False)
    elif name is not None:
        click.echo(schema_text(name), nl=False)
    else:
        for each, path in schema_names().items():
            click.echo(f"{each:<24} {path}")
