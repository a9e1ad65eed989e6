// Prints the fingerprints of the bench's wasm module, one a line. Argument: the folder of wasm-bindgen's output
// (`--target web`).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const module = await import(pathToFileURL(join(folder, "bench.mjs")));
module.initSync({ module: await readFile(join(folder, "bench_bg.wasm")) });
for (let index = 0; index < module.fingerprint_count(); index++) console.log(module.fingerprint_line(index));
