// Writes NAME.gz and NAME.br beside every file of a folder that gets smaller by them, for servers that send such files as
// they are. Argument: the folder. Data files (.bin) are compressed already.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = /\.(html|js|css|wasm|svg|json|txt)$/;

function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) compress(path);
    else if (COMPRESSIBLE.test(name)) write(path, readFileSync(path));
  }
}

function write(path, whole) {
  const hint = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length } };
  for (const [end, smaller] of [["gz", gzipSync(whole, { level: 9 })], ["br", brotliCompressSync(whole, hint)]]) {
    if (smaller.length < whole.length) writeFileSync(`${path}.${end}`, smaller);
  }
}

compress(process.argv[2]);
