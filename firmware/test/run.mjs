// Runs the firmware's unit tests in MicroPython itself: `node firmware/test/run.mjs [test_points ...]`.
//
// The firmware lies in / as on a board, the tests in /test, the vectors that Go reads too in /vectors. What a board has
// and this interpreter lacks (sockets, pins, a clock that obeys) stands in /test/fakes and comes first on the path.
// The last line says how many tests ran. The exit code is 0 when all passed, 1 when one failed or a file had none, and
// 2 when there is no interpreter.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const firmware = path.dirname(here);
const interpreter = path.join(firmware, 'sim/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs');
if (!fs.existsSync(interpreter)) {
  console.error('no MicroPython here: npm ci --prefix firmware/sim');
  process.exit(2);
}
const { loadMicroPython } = await import(interpreter);

function mount(mp, from, to, ending) {
  mp.FS.mkdirTree(to);
  for (const name of fs.readdirSync(from).filter((n) => n.endsWith(ending))) {
    mp.FS.writeFile(`${to}/${name}`, fs.readFileSync(path.join(from, name)));
  }
}

// run gives [tests run, tests failed] of one file, in an interpreter of its own: no module finds what another left behind.
async function run(name) {
  const mp = await loadMicroPython({ pystack: 4096, stdout: (s) => console.log(s), stderr: (s) => console.log(s) });
  mount(mp, firmware, '', '.py');
  mount(mp, firmware, '', '.example.json');
  mount(mp, firmware, '', '.md');
  mount(mp, here, '/test', '.py');
  mount(mp, path.join(here, 'fakes'), '/test/fakes', '.py');
  mount(mp, path.join(firmware, '../testdata/vectors'), '/vectors', '.json');
  mp.runPython(`
import sys
sys.path[:0] = ["/test/fakes", "/test", "/"]
import time  # the obedient one, before anything else imports another
import unittest
suite = unittest.TestSuite("${name}")
suite._load_module(__import__("${name}"))
result = unittest.TextTestRunner().run(suite)
ran, failed = result.testsRun, result.failuresNum + result.errorsNum
`);
  return [mp.globals.get('ran'), mp.globals.get('failed')];
}

const all = fs.readdirSync(here).filter((n) => /^test_.*\.py$/.test(n)).map((n) => n.slice(0, -3));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all.sort();
let total = 0;
let wrong = 0;
for (const name of wanted) {
  try {
    const [ran, failed] = await run(name);
    total += ran;
    wrong += failed + (ran === 0 ? 1 : 0);
  } catch (e) {
    console.log(`${name}: ${String(e.message).slice(0, 2000)}`); // more is the interpreter's own 100 KB line
    wrong++;
  }
}
console.log(`${total} tests in ${wanted.length} files, ${wrong} wrong`);
process.exit(wrong > 0 || total === 0 ? 1 : 0);
