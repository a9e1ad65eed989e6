// What every browser test needs: a page of the served site (lab.mjs) in the one browser of its file. `cargo xtask test`
// sets the environment.
//
//     test("the page trains", () =>
//       withPage({ query: "model=resnet8&play=1" }, async (lab) => {
//         await lab.reachesStep(10);
//         assert.ok((await lab.value("#loss")) < 2.5);
//       }));
//
// Tests never sleep: they wait for what the page says of itself in `data-state` and `data-step` of `#lab`.

import { after, test as runTest } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launchBrowser, withLab } from "./lab.mjs";

export { oneFile, siteUrl } from "./lab.mjs";

/** The longest that an honest test takes on two cores that also compile. */
const TEST_MILLISECONDS = 240_000;

/** The longest that a browser may take to close. */
const CLOSE_MILLISECONDS = 20_000;

/** One test. One that hangs fails under its own name, and the others go on. */
export const test = (name, body) => runTest(name, { timeout: TEST_MILLISECONDS }, body);

/** Closes the browser of a file of tests, if one was launched; each file does so when its tests are done. */
export async function closeBrowser(browser) {
  const closed = (await browser)?.close();
  await Promise.race([closed, sleep(CLOSE_MILLISECONDS, undefined, { ref: false })]);
  // One that does not close is killed when this process ends, which it may keep from ending by itself.
  setTimeout(() => process.exit(), 5_000).unref();
}

// One browser for all tests of a file; each test gets a context of its own, as if in a fresh profile.
let browser;

after(() => closeBrowser(browser));

/** Runs the test on a page; fails if anything went wrong in it that the options (see `withLab`) do not expect. */
export async function withPage(options, body) {
  browser ??= launchBrowser();
  return withLab(await browser, options, body);
}
