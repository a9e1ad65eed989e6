// Times training steps of the bench's wasm module in Node, or in Chromium if CHROME names it. Reads lines
// `SIDE STEPS CASE…` on standard input and answers each with one line of JSON, {"ms": median milliseconds a step}.
// Arguments: the folder of wasm-bindgen's output (`--target web`); Chromium also needs PLAYWRIGHT, playwright-core's folder.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];

async function inNode() {
  const module = await import(pathToFileURL(join(folder, "bench.mjs")));
  module.initSync({ module: await readFile(join(folder, "bench_bg.wasm")) });
  return { time: async (side, text, steps) => module.step_ms(side, text, steps, () => performance.now()), close() {} };
}

async function inChromium() {
  const { chromium } = await import(pathToFileURL(join(process.env.PLAYWRIGHT, "index.mjs")));
  const types = { ".mjs": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer(async (request, response) => {
    const name = request.url.slice(1) || "index.html";
    const body = name === "index.html" ? "<!doctype html>" : await readFile(join(folder, name)).catch(() => null);
    response.writeHead(body ? 200 : 404, { "content-type": types[name.slice(name.lastIndexOf("."))] ?? "text/html" });
    response.end(body ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const options = { executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu"] };
  const browser = await chromium.launch(options);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(async () => {
    window.bench = await import("/bench.mjs");
    await window.bench.default({ module_or_path: "/bench_bg.wasm" });
  });
  const time = (side, text, steps) =>
    page.evaluate(([side, text, steps]) => window.bench.step_ms(side, text, steps, () => performance.now()), [side, text, steps]);
  return { time, close: async () => { await browser.close(); server.close(); } };
}

const runner = await (process.env.CHROME ? inChromium() : inNode());
for await (const line of createInterface({ input: process.stdin })) {
  const [side, steps, ...words] = line.split(" ");
  console.log(JSON.stringify({ ms: await runner.time(side, words.join(" "), Number(steps)) }));
}
await runner.close();
