// When it goes wrong, in every browser: one sentence on the page, nothing dead.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0";

test("a panic of the engine is said, the record is kept, and a restart trains again", () =>
  withPage({ query: `${SMALL}&fault=panic`, expected: [/panick/i, /unreachable/i, /RuntimeError/] }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#step-once");
    await lab.reaches("failed");
    assert.match(await lab.notice(), /asked to panic/);
    assert.ok((await lab.value("#loss")) > 0, "what was measured stays");
    await lab.click(".copy-details");
    await lab.appears("#details");
    const details = await lab.text("#details");
    for (const words of ["asked to panic", "build", "link: http", "fault=panic"]) {
      assert.ok(details.includes(words), `${words} in ${details}`);
    }
    await lab.click("#restart");
    await lab.reaches("ready");
    await lab.click("#step-once");
    await lab.reachesStep(1);
  }));

test("a missing data file is named, and a new run works when it is there again", () => {
  let missing = true;
  const answer = (route) => (missing ? route.fulfill({ status: 404 }) : route.continue());
  return withPage({ query: SMALL, files: [["**/train-00.*", answer]], expected: [/404/] }, async (lab) => {
    await lab.reaches("failed");
    assert.match(await lab.notice(), /train-00\.\w+.*404/);
    missing = false;
    await lab.click("#retry, #restart");
    await lab.reaches("ready");
  });
});

/** Another program in the place of the worker. */
const worker = (body) => [["**/worker_loader*.js", (route) => route.fulfill({ contentType: "text/javascript", body })]];

test("a worker of another build is said", () =>
  // Ready (variant 0) with a build of four letters, in the codec of the page.
  withPage({ query: SMALL, files: worker("postMessage(new Uint8Array([0, 4, 0x6f, 0x74, 0x68, 0x72]));") }, async (lab) => {
    await lab.waitFor("says to reload", () => /reload/i.test(document.querySelector("#notice")?.textContent));
  }));
