// Looks at every Python file of the firmware, its tests, its examples and the board's stand-ins as ruff does:
// `node firmware/test/lint.mjs` says what is wrong and ends with 1, `node firmware/test/lint.mjs --fix` writes the files as
// they should be laid out. The rules are in ruff.json beside this file.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

const here = path.dirname(fileURLToPath(import.meta.url));
const firmware = path.dirname(here);
const require = createRequire(path.join(firmware, 'sim/'));
v8.setFlagsFromString('--liftoff-only'); // optimising ruff's 10 MB costs six seconds, and saves none
let ruff;
try {
  ruff = require('@astral-sh/ruff-wasm-nodejs');
} catch {
  console.error('no ruff here: npm ci --prefix firmware/sim');
  process.exit(2);
}

function* pythons(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* pythons(name);
    else if (entry.name.endsWith('.py')) yield name;
  }
}

function workspaceOf(rules) {
  return new ruff.Workspace(rules, ruff.PositionEncoding.Utf16);
}
const rules = JSON.parse(fs.readFileSync(path.join(here, 'ruff.json'), 'utf8'));
const ours = workspaceOf(rules);
// Who stands in for a module of MicroPython must use its names, also where they are small classes and shadow builtins.
rules.lint.ignore.push('A', 'F403', 'N');
const standIns = workspaceOf(rules);
const isStandIn = /\/(sim\/lib|test\/fakes)\//;
const fix = process.argv.includes('--fix');
let files = 0;
let wrong = 0;
function complain(name, text) {
  console.log(`${path.relative(firmware, name)}: ${text}`);
  wrong++;
}
for (const name of pythons(firmware)) {
  files++;
  const text = fs.readFileSync(name, 'utf8');
  const workspace = isStandIn.test(name.replaceAll(path.sep, '/')) ? standIns : ours;
  for (const d of workspace.check(text)) {
    complain(name, `line ${d.start_location.row}: ${d.code ?? 'syntax'} ${d.message}`);
  }
  const tidy = workspace.format(text);
  if (tidy === text) continue;
  if (fix) fs.writeFileSync(name, tidy);
  else complain(name, 'layout: run node firmware/test/lint.mjs --fix');
}
console.log(`${files} Python files, ${wrong} complaints`);
process.exit(wrong > 0 || files === 0 ? 1 : 0);
