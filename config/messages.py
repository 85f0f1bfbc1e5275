"""`python -m config.messages`: the catalogues of `locale/`, as pages and code say it.

Extracts every sentence from templates and Python, keeps the translations there are,
drops what nobody says any more, and compiles. Nothing is guessed: a sentence that has
changed is a new one, and has to be translated.
"""

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
# How a sentence is marked, and which of the arguments are its context, its words and
# those for many.
_CALLS: dict[str, tuple[str, ...]] = {
    "_": ("id",),
    "gettext": ("id",),
    "gettext_lazy": ("id",),
    "gettext_noop": ("id",),
    "ngettext": ("id", "many"),
    "ngettext_lazy": ("id", "many"),
    "pgettext": ("context", "id"),
    "pgettext_lazy": ("context", "id"),
    "npgettext": ("context", "id", "many"),
}
# What is declared in one place and said in another, by `gettext(each.title)`: which
# arguments of these are words.
_SHAPES: dict[str, tuple[int | str, ...]] = {
    "Budget": ("over", "over_for_you"),
    "Category": (1, 2, "label", "about"),
    "Deed": (0, 1, 2, "alone"),
    "Explained": (1, 2, 3),
    "Feature": (1, 2),
    "NotPossible": (0,),
    "Provider": ("words",),
    "Told": (0,),
    "Words": (0, 1),
}
# The same, of what many pages call so: in files of these names alone.
_SHAPES_IN: dict[str, dict[str, tuple[int | str, ...]]] = {
    "personal": {"Kept": (2, "name", "stays")},
    "retention": {"Rule": (1,)},
}
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


# Tables of rows that have words for people.
_TABLES = (ROOT / "apps/sms/troubles.toml",)


class Said(NamedTuple):
    """`many` is empty where there is one form, `context` where one word means one
    thing."""

    id: str
    many: str = ""
    context: str = ""


def main() -> int:
    said = extracted()
    for language in languages():
        kept, _ = read(language)
        catalogue = merged(language, said, kept)
        _write(language, catalogue)
        missing = sum(1 for each in catalogue if each.id and not is_whole(each.string))
        print(f"{language}: {len(catalogue)} sentences, {missing} to be translated")
    return 0


def languages() -> list[str]:
    """Those with a folder; English is what stands in the code. Its countries are links
    to a language: what Django says in theirs would come before ours."""
    found = (each for each in LOCALES.iterdir() if each.is_dir())
    return sorted(each.name for each in found if not each.is_symlink())


def source(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> tuple[Catalog, str]:
    """The catalogue in the repository, and its text."""
    text = source(language).read_text() if source(language).exists() else ""
    return read_po(io.BytesIO(text.encode()), locale=language), text


def merged(language: str, said: dict[Said, set[str]], kept: Catalog) -> Catalog:
    """What is said, with the translations that were kept, word for word."""
    # Nothing in its head that is another each time.
    found = Catalog(
        locale=language,
        header_comment="# What Switchboard says; `make messages` keeps the order.",
        project="Switchboard",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=_ALWAYS,
        revision_date=_ALWAYS,
        fuzzy=False,
    )
    for each, places in said.items():
        key = (each.id, each.many) if each.many else each.id
        context = each.context or None
        old = kept.get(each.id, context)
        is_same = old is not None and old.id == key
        found.add(
            key,
            old.string if old is not None and is_same else None,
            context=context,
            locations=[(place, 0) for place in sorted(places)],
            flags=["python-format"] if "%(" in each.id else [],
        )
    return found


def written(catalogue: Catalog) -> str:
    """As it stands in the repository."""
    paper = io.BytesIO()
    write_po(paper, catalogue, omit_header=False, include_lineno=False, width=88)
    return paper.getvalue().decode()


def compiled(catalogue: Catalog) -> bytes:
    paper = io.BytesIO()
    write_mo(paper, catalogue)
    return paper.getvalue()


def places(text: str) -> list[str]:
    """What is filled in: "%(name)s", "{name}"; a translation has the same."""
    return sorted(set(_PLACES.findall(text)))


def extracted() -> dict[Said, set[str]]:
    """Each sentence, with the files that say it."""
    found: dict[Said, set[str]] = {}
    for path, said in _everything():
        found.setdefault(said, set()).add(str(path.relative_to(ROOT)))
    return found


def _everything() -> Iterator[tuple[Path, Said]]:
    templates = ROOT / "templates"
    told_once = templates.glob("*/messages/*.txt")
    for path in sorted([*templates.rglob("*.html"), *told_once]):
        if "admin" not in path.parts:
            yield from ((path, each) for each in _of_template(path))
    for path in _TABLES:
        yield from ((path, Said(each)) for each in _of_table(path))
    for path in sorted((ROOT / "apps").rglob("*.py")):
        if "migrations" not in path.parts:
            yield from ((path, each) for each in _of_code(path))


def _of_template(path: Path) -> Iterator[Said]:
    code = templatize(path.read_text(), origin=str(path))
    calls: dict[str, None] = dict.fromkeys(_CALLS)
    pieces: Any = extract_python(io.BytesIO(code.encode()), calls, [], {})
    for _, call, words, _ in pieces:
        parts = [words] if isinstance(words, str) else list(words)
        yield Said(**dict(zip(_CALLS[call], parts, strict=False)))


def _of_table(path: Path) -> Iterator[str]:
    for row in tomllib.loads(path.read_text()).values():
        yield row["words"]
        if row["who"] == "person":
            yield row["next"]


def _of_code(path: Path) -> Iterator[Said]:
    shapes = _SHAPES | _SHAPES_IN.get(path.stem, {})
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in _CALLS:
            values = [_words(each) for each in node.args]
            parts = dict(zip(_CALLS[name], values, strict=False))
            # Else it says what was marked elsewhere.
            if all(parts.values()):
                yield Said(**{key: value or "" for key, value in parts.items()})
        elif name in shapes:
            for words in _declared(node, shapes[name]):
                yield Said(words)


def _declared(node: ast.Call, which: tuple[int | str, ...]) -> Iterator[str]:
    values = [each for place, each in enumerate(node.args) if place in which]
    values += [each.value for each in node.keywords if each.arg in which]
    yield from filter(None, map(_words, values))


def _words(node: ast.expr) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else None  # type: ignore[attr-defined]  # a Constant


def is_whole(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) and all([string] if isinstance(string, str) else string or ())


def _write(language: str, catalogue: Catalog) -> None:
    source(language).parent.mkdir(parents=True, exist_ok=True)
    source(language).write_text(written(catalogue))
    source(language).with_suffix(".mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    sys.exit(main())
