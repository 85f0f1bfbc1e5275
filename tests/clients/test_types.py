"""What the client has of the schema is what the schema says, and all of it compiles."""

from pathlib import Path

from clients import generate


def test_what_is_made_from_the_schema_is_as_checked_in(tmp_path: Path) -> None:
    for name, text in generate.files(tmp_path).items():
        kept = (generate.FOLDER / "src" / name).read_text()
        assert kept == text, f"{name} is of another schema: make client"


def test_programs_compile_mistakes_do_not(programs: Path) -> None:
    """`wrong.ts` names each mistake that has to be one."""
    for name in ("wrong", "guide", "readme", "tries", "page"):
        assert (programs / f"{name}.js").read_text()


def test_versions_are_exact_and_no_registry_is_named() -> None:
    for name in ("package.json", "package-lock.json"):
        said = (generate.FOLDER / name).read_text()
        assert '"^' not in said.partition('"packages"')[0]
        assert "registry" not in said and '"resolved"' not in said
