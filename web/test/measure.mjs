// Measures the page, in a new browser for each part; prints JSON lines, never judges. With the site served by
// `cargo xtask serve`:
//
//     CHROME=/usr/bin/chromium HEADWATER_URL=http://127.0.0.1:8080/ node web/test/measure.mjs [PART…] [steps=2000]
//
// Without a PART all of them, in this order:
// - start: from the navigation to the first picture and to the first trained step;
// - frames: what the main thread does per frame while it trains;
// - clicks: how soon a switch shows its state, and how soon a pause is one;
// - run: steps a second, the share of measuring, the worker's memory, long tasks of the main thread, to step `steps`;
// - pages: steps a second of two pages at once against one alone.

import { clicks } from "./measure/clicks.mjs";
import { frames } from "./measure/frames.mjs";
import { pages } from "./measure/pages.mjs";
import { run } from "./measure/run.mjs";
import { start } from "./measure/start.mjs";

const PARTS = { start, frames, clicks, run, pages };
const USAGE = `usage: node web/test/measure.mjs [PART…] [steps=N]; a PART is one of ${Object.keys(PARTS).join(", ")}`;

const named = [];
let steps = 2000;
for (const word of process.argv.slice(2)) {
  const number = /^steps=(\d+)$/.exec(word)?.[1];
  if (number) {
    steps = Number(number);
  } else if (Object.hasOwn(PARTS, word)) {
    named.push(word);
  } else {
    console.error(`"${word}" is not a part; ${USAGE}`);
    process.exit(2);
  }
}

for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  try {
    await PARTS[name]({ steps });
  } catch (error) {
    console.error(`cannot measure ${name}: ${error.message}`);
    process.exit(1);
  }
}
