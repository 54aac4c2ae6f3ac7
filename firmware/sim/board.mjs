// The chip of the simulated board: MicroPython in WebAssembly. Whatever lies outside the chip (pins, radio, sockets, time, flash)
// is the parent process's: a question goes out on stdout as one line, the answer comes in on stdin as one line, and nothing
// happens in between, as on a chip that waits for its peripherals.
//
// Nothing here may throw into the interpreter: a JavaScript exception unwinds it without running any Python `except`.
import fs from 'node:fs';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';

const chunk = Buffer.alloc(1 << 16);
let unread = '';

/** One line from the parent. Its end is the end of the power supply. */
function readLine() {
  for (;;) {
    const end = unread.indexOf('\n');
    if (end >= 0) {
      const line = unread.slice(0, end);
      unread = unread.slice(end + 1);
      return line;
    }
    let n = 0;
    try {
      n = fs.readSync(0, chunk);
    } catch {
      // Windows reports the end of a pipe as an error.
    }
    if (n === 0) process.exit(0);
    unread += chunk.latin1Slice(0, n);
  }
}

function ask(line) {
  const out = Buffer.from(line + '\n');
  try {
    for (let at = 0; at < out.length; ) at += fs.writeSync(1, out, at);
  } catch {
    process.exit(0);
  }
  return readLine();
}

const hex = (data) => '.' + Buffer.from(data).toString('hex');
const serial = (line) => void ask('print ' + hex(line));

/** Keep what the program writes: flash survives a reset. As with littlefs, a file counts once it is closed. */
function watchFlash(FS) {
  const { close, rename, unlink } = FS;
  const ours = (path) => !/^\/(sim|dev|proc|tmp|home)(\/|$)/.test(path);
  const absolute = (path) => '/' + (path.startsWith('/') ? path : FS.cwd() + '/' + path).replace(/\/+/g, '/').replace(/^\//, '');
  FS.close = function (stream) {
    const path = absolute(stream.path ?? '/dev/none');
    const written = (stream.flags & 3) !== 0;
    close.call(FS, stream);
    if (written && ours(path)) ask('flash-write ' + hex(path) + ' ' + hex(FS.readFile(path)));
  };
  FS.rename = function (from, to) {
    rename.call(FS, from, to);
    ask('flash-rename ' + hex(absolute(from)) + ' ' + hex(absolute(to)));
  };
  FS.unlink = function (path) {
    unlink.call(FS, path);
    ask('flash-remove ' + hex(absolute(path)));
  };
}

const { files, heap, start } = JSON.parse(readLine());
const mp = await loadMicroPython({ heapsize: heap, pystack: 4096, stdout: serial, stderr: serial });
for (const [path, content] of Object.entries(files)) {
  mp.FS.mkdirTree(path.slice(0, path.lastIndexOf('/')) || '/');
  mp.FS.writeFile(path, Buffer.from(content, 'base64'));
}
watchFlash(mp.FS);
mp.registerJsModule('_host', { ask });
try {
  mp.runPython(start);
  ask('ended 0 .');
} catch (e) {
  // Only the message: the error object's own text is the whole interpreter.
  const text = String(e.message ?? e).trimEnd().slice(0, 4000);
  const exit = e.type === 'SystemExit' ? Number(/SystemExit: (\d+)\s*$/.exec(text)?.[1] ?? 0) : 1;
  if (e.type !== 'SystemExit') text.split('\n').forEach(serial);
  ask('ended ' + exit + ' ' + hex(text.split('\n').at(-1)));
}
