// Runs Python files in MicroPython: node run_board.mjs MICROPYTHON_FOLDER MODULE FILE.py ...
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, module, ...files] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(join(folder, "micropython.mjs")));
const mp = await loadMicroPython({ heapsize: 16 * 1024 * 1024 });
for (const file of files) mp.FS.writeFile("/" + basename(file), readFileSync(file));
try {
  mp.runPython(`
import sys
sys.path.append("/")
${module}
`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
