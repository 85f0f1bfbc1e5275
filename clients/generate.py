"""What the TypeScript client has of the API's schema: `make client` writes it anew.

`schema.d.ts` are the types, made by openapi-typescript; `once.ts` names the addresses
whose POST takes an Idempotency-Key.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tests import node

FOLDER = Path(__file__).parent / "typescript"
_MAKER = FOLDER / "node_modules/openapi-typescript/bin/cli.js"
_ONCE = """\
// Made from the schema by `make client`.

/** A POST to these takes an Idempotency-Key. */
export const ONCE: ReadonlySet<string> = new Set([
{lines}]);
"""


def files(folder: Path) -> dict[str, str]:
    """By name in `src`, as they should be. `folder` is for what is read in between."""
    whole = folder / "whole.json"
    call_command("export_schema", whole)
    schema = json.loads(whole.read_text())
    return {"schema.d.ts": _types(schema, folder), "once.ts": _once(schema)}


def _types(schema: Any, folder: Path) -> str:
    node.install(FOLDER)
    read, written = folder / "schema.json", folder / "schema.d.ts"
    read.write_text(json.dumps(_shortened(_without_examples(schema))))
    subprocess.run(
        [
            *map(str, (node.NODE, _MAKER, read, "-o", written)),
            # What has a default need not be sent; what is answered is `required`.
            "--default-non-nullable=false",
        ],
        check=True,
        capture_output=True,
        timeout=node.SECONDS,
    )
    return written.read_text()


def _without_examples(part: Any, *, are_names: bool = False) -> Any:
    """Which say nothing of a type. In `properties` a key is the name of a field."""
    if isinstance(part, list):
        return [_without_examples(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_examples(value, are_names=key == "properties")
        for key, value in part.items()
        if are_names or key not in ("example", "examples")
    }


def _shortened(schema: Any) -> Any:
    """The same types, a sixth as long: each refusal is there once, and no header of an
    answer, which `fetch` has no types for."""
    shared = schema["components"].setdefault("responses", {})
    names: dict[str, str] = {}
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                answer.pop("headers", None)
                if status < "400":
                    continue
                said = json.dumps([status, answer], sort_keys=True)
                if said not in names:
                    alike = [name for name in names.values() if status in name]
                    names[said] = f"Refused{status}_{len(alike) + 1}"
                name = names[said]
                shared[name] = answer
                operation["responses"][status] = {
                    "$ref": f"#/components/responses/{name}"
                }
    return schema


def _once(schema: Any) -> str:
    taking = [
        path
        for path, operations in schema["paths"].items()
        for each in operations.get("post", {}).get("parameters", ())
        if each.get("name") == "Idempotency-Key"
    ]
    return _ONCE.format(lines="".join(f'  "{path}",\n' for path in sorted(taking)))


def main() -> None:
    import tempfile

    import django

    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files(Path(folder)).items():
            (FOLDER / "src" / name).write_text(text)


if __name__ == "__main__":
    main()
