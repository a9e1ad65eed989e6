// The page as a whole: it loads, says that it is ready, and writes nothing to the console.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

test("the page loads and gets ready", () =>
  withPage({}, async (lab) => {
    await lab.reaches("ready", "running");
    assert.match(await lab.evaluate(() => document.title), /^Headwater/);
    assert.equal(await lab.count("#lab"), 1);
  }));
