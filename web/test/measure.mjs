// Measures the page, in a new browser for each part; prints JSON lines, never judges. With the site served by
// `cargo xtask serve`:
//
//     CHROME=/usr/bin/chromium HEADWATER_URL=http://127.0.0.1:8080/ node web/test/measure.mjs [PART…] [steps=2000] [query=PARAMETERS] [file=FILE]
//
// Without a PART all of them, in this order:
// - start: from the navigation to the first picture and to the first trained step;
// - frames: what the main thread does per frame while it trains;
// - clicks: how soon a switch shows its state, and how soon a pause is one;
// - run: steps a second, the share of measuring, the memory of worker and page, long tasks of the main thread, to step
//   `steps`, of the page with these further parameters;
// - recordings: the page's memory with the recording `file` open twelve times, if one is named;
// - pages: steps a second of two pages at once against one alone.

import { clicks } from "./measure/clicks.mjs";
import { frames } from "./measure/frames.mjs";
import { pages } from "./measure/pages.mjs";
import { recordings } from "./measure/recordings.mjs";
import { run } from "./measure/run.mjs";
import { start } from "./measure/start.mjs";

const PARTS = { start, frames, clicks, run, recordings, pages };
const USAGE = `usage: node web/test/measure.mjs [PART…] [steps=N] [query=PARAMETERS] [file=FILE]; a PART is one of ${Object.keys(PARTS).join(", ")}`;

const named = [];
const options = { steps: 2000, query: "", file: "" };
for (const word of process.argv.slice(2)) {
  const [, option, value] = /^(query|file|steps(?==\d+$))=(.*)$/.exec(word) ?? [];
  if (option) {
    options[option] = option === "steps" ? Number(value) : value;
  } else if (Object.hasOwn(PARTS, word)) {
    named.push(word);
  } else {
    console.error(`"${word}" is not a part; ${USAGE}`);
    process.exit(2);
  }
}

for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  try {
    await PARTS[name](options);
  } catch (error) {
    console.error(`cannot measure ${name}: ${error.message}`);
    process.exit(1);
  }
}
