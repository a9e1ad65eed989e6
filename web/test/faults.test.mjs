// More of when it goes wrong, in Chromium: one sentence on the page, nothing dead.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0";

test("a cut data file is named", () => {
  const cut = async (route) => {
    const whole = await (await route.fetch()).body();
    await route.fulfill({ status: 200, body: whole.subarray(0, whole.length / 2) });
  };
  return withPage({ query: SMALL, files: [["**/train-00.bin", cut]] }, async (lab) => {
    await lab.reaches("failed");
    assert.match(await lab.notice(), /train-00\.bin.*cut/);
  });
});

/** Another program in the place of the worker. */
const worker = (body) => [["**/worker_loader.js*", (route) => route.fulfill({ contentType: "text/javascript", body })]];

test("a worker that never answers is said", () =>
  withPage({ query: SMALL, files: worker("self.onmessage = () => {};") }, async (lab) => {
    await lab.page.waitForFunction(() => /worker|engine/i.test(document.querySelector("#notice")?.textContent ?? ""));
    await lab.screenshot("silent-worker");
  }));

test("a loss that is not finite names the step and keeps the chart", () =>
  withPage({ query: "data=digits&depth=20&width=4&init=he&lr=10&play=1&compare=0" }, async (lab) => {
    await lab.reaches("failed");
    assert.match(await lab.notice(), /step \d+/);
    assert.ok((await lab.value("#loss")) > 0);
    assert.match(await lab.page.textContent(".progress"), /loss not finite/);
    await lab.page.click("#step-once");
    await lab.page.waitForSelector('#lab[data-step="1"]');
    assert.doesNotMatch(await lab.notice(), /finite/, "the step begins the run anew");
  }));

test("a run that goes on past such losses says that their steps make no update", () =>
  withPage({ query: "data=digits&depth=20&width=4&init=he&lr=10&on_nonfinite=continue&steps=20&play=1&compare=0" }, async (lab) => {
    await lab.reaches("done");
    assert.match(await lab.notice(), /step \d+ is not a finite number: such steps make no update/);
    assert.match(await lab.page.textContent("#lab"), /steps without a finite loss are left out/);
  }));

test("a program that cannot be loaded is said", () => {
  const files = [["**/app*_bg.wasm", (route) => route.fulfill({ status: 404, body: "" })]];
  return withPage({ files, expected: [/404/, /wasm/i] }, async (lab) => {
    await lab.page.waitForSelector("#fallback");
    assert.match(await lab.page.textContent("#fallback"), /could not start: app_bg\.wasm is not on the server \(status 404\)/);
  });
});

test("a network too large for a page is refused in one sentence", () =>
  withPage({ query: "depth=1202&width=256&compare=0" }, async (lab) => {
    await lab.reaches("failed");
    assert.match(await lab.notice(), /resnet1202.*GB.*smaller/);
  }));
