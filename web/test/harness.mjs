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

import { after } from "node:test";
import { launchBrowser, withLab } from "./lab.mjs";

export { siteUrl } from "./lab.mjs";

// One browser for all tests of a file; each test gets a context of its own, as if in a fresh profile.
let browser;

after(async () => {
  await (await browser)?.close();
});

/** Runs the test on a page; fails if anything went wrong in it that the options (see `withLab`) do not expect. */
export async function withPage(options, body) {
  browser ??= launchBrowser();
  return withLab(await browser, options, body);
}
