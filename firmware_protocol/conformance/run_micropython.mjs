// Runs core_driver.py in MicroPython: node run_micropython.mjs MICROPYTHON_FOLDER DEVICE.py SCRIPT ANSWERS
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, device, script, answers] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(join(folder, "micropython.mjs")));
const mp = await loadMicroPython({ heapsize: 64 * 1024 * 1024 });
const driver = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "core_driver.py");
mp.FS.writeFile("/imukick_v1_device.py", readFileSync(device));
mp.FS.writeFile("/core_driver.py", readFileSync(driver));
mp.FS.writeFile("/script", readFileSync(script));
try {
  mp.runPython(`
import sys
sys.path.append("/")
import core_driver
with open("/answers", "wb") as out:
    core_driver.answers(open("/script", "rb").read(), out.write)
print(sys.implementation.name, ".".join(str(n) for n in sys.implementation.version[:3]))
`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
writeFileSync(answers, mp.FS.readFile("/answers"));
