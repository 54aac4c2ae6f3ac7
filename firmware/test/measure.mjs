// How much memory the firmware's files take, as this interpreter counts: `node firmware/test/measure.mjs`.
//
// The numbers are the WebAssembly interpreter's, which has 32-bit pointers like the ESP32 but other small objects; take them as
// a size, not as a promise. A line is what stays after the module was compiled and its garbage collected, with all that it
// imports and that no line above it had.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const firmware = path.dirname(here);
const { loadMicroPython } = await import(
  path.join(firmware, 'sim/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs')
);
const mp = await loadMicroPython({ pystack: 4096, stdout: () => {}, heapsize: 4 << 20 });
mp.FS.mkdirTree('/fakes');
for (const [from, to] of [[firmware, '/'], [path.join(here, 'fakes'), '/fakes/']]) {
  for (const name of fs.readdirSync(from).filter((n) => n.endsWith('.py'))) {
    mp.FS.writeFile(to + name, fs.readFileSync(path.join(from, name)));
  }
}
mp.runPython('import sys, gc\nsys.path[:0] = ["/fakes", "/"]\nimport machine, network, ntptime, select, socket, time, json, io, os, random, errno');

// Collection happens only between two runs, so that each step is one.
function used() {
  mp.runPython('gc.collect()');
  mp.runPython('n = gc.mem_alloc()');
  return mp.globals.get('n');
}
const names = ['words', 'config', 'clock', 'points', 'choice', 'device', 'mqtt', 'net', 'identity', 'board', 'app'];
let before = used();
const start = before;
const row = (name, bytes, lines, ram) => console.log(`| ${name} | ${lines} | ${bytes} | ${ram} |`);
console.log('| file | lines | bytes | RAM, bytes |\n|---|---|---|---|');
let bytes = 0;
let lines = 0;
for (const name of names) {
  const text = fs.readFileSync(path.join(firmware, `${name}.py`));
  mp.runPython(`import ${name}`);
  const now = used();
  const n = text.toString().split('\n').length - 1;
  row(`${name}.py`, text.length, n, now - before);
  before = now;
  bytes += text.length;
  lines += n;
}
const main = fs.readFileSync(path.join(firmware, 'main.py'));
row('main.py', main.length, main.toString().split('\n').length - 1, '-');
const settings = `{"wifi": {"ssid": "lab", "password": "lab-secret"}, "product_id": "1", "auth_info": "2"}`;
mp.runPython(`a = app.App(config.complete(json.loads('''${settings}''')))`);
let now = used();
row('the running App', '', '', now - before);
mp.runPython('for i in range(60): a.measure()');
row('60 points waiting', '', '', used() - now);
row('all', bytes + main.length, lines + main.toString().split('\n').length - 1, used() - start);
