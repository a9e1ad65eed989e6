// Two runs side by side, and the run that a link makes again.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const SMALL = "depth=8&width=4";

/** Makes steps from this one on; the losses of each, to the last bit. */
async function losses(lab, count, { from = 0, lane = "" } = {}) {
  const seen = [];
  for (let step = from; step < from + count; step += 1) {
    await lab.page.click("#step-once");
    await lab.reachesStep(step + 1);
    await lab.reaches("paused", "done");
    seen.push(await lab.page.getAttribute(`#loss${lane}`, "data-value"));
  }
  return seen;
}

test("the page opens on the digits with both networks, an embed with one", () =>
  withPage({}, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.page.textContent("#settings-line"), /digits/);
    assert.equal(await lab.page.locator("#skip-all-b").getAttribute("aria-checked"), "false");
    const address = lab.page.url();
    await lab.page.goto(`${address.split("?")[0]}?embed=1`);
    await lab.reaches("ready");
    assert.equal(await lab.page.locator("#skip-all-b").count(), 0);
  }));

test("Compare keeps the run: the second one catches up on the same batches, then both keep step", () =>
  withPage({ query: `${SMALL}&compare=0` }, async (lab) => {
    await lab.reaches("ready");
    const alone = await losses(lab, 12);
    await lab.page.click("#compare");
    await lab.page.waitForFunction(() => document.querySelector("#loss-b")?.dataset.value);
    await lab.page.waitForFunction(() => document.querySelector("#lab").dataset.step === "12");
    await lab.reaches("paused");
    assert.equal(await lab.page.getAttribute("#loss", "data-value"), alone[11], "the first run is as it was");
    const second = await lab.page.getAttribute("#loss-b", "data-value");
    await lab.page.click("#step-once");
    await lab.reachesStep(13);
    await lab.reaches("paused");
    const both = [await lab.page.getAttribute("#loss", "data-value"), await lab.page.getAttribute("#loss-b", "data-value")];
    await lab.page.goto(`${lab.page.url().split("?")[0]}?${SMALL}&compare=1`);
    await lab.reaches("ready");
    const fresh = await losses(lab, 13, { lane: "-b" });
    assert.equal(fresh[11], second, "the second run is the one that began beside the first");
    assert.deepEqual([await lab.page.getAttribute("#loss", "data-value"), fresh[12]], both);
  }));

test("Compare while it trains goes on training", () =>
  withPage({ query: `${SMALL}&compare=0&steps=100000&play=1` }, async (lab) => {
    await lab.reachesStep(60);
    await lab.page.click("#compare");
    await lab.page.waitForFunction(() => Number(document.querySelector("#lab").dataset.step) < 60);
    await lab.reachesStep(100);
    assert.equal(await lab.says("state"), "running");
  }));

test("a link with changes makes the same run again, to the last bit", () =>
  withPage({ query: `${SMALL}&compare=0` }, async (lab) => {
    await lab.reaches("ready");
    const made = await losses(lab, 3);
    await lab.page.click("#skip-all");
    made.push(...(await losses(lab, 2, { from: 3 })));
    await lab.page.click('[data-block="layer2.0"][data-lane="a"] [role="switch"]');
    made.push(...(await losses(lab, 3, { from: 5 })));
    // The address bar is written when it has rested.
    await lab.page.waitForFunction(() => new URL(location.href).searchParams.get("events")?.includes("layer2.0"));
    const link = lab.page.url();
    assert.equal(new URL(link).searchParams.get("events"), "3:skip=off;5:layer2.0=1");
    await lab.page.goto("about:blank");
    await lab.page.goto(link);
    await lab.reaches("ready");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "true", "as it began");
    assert.deepEqual(await losses(lab, 8), made);
    assert.equal(await lab.page.getAttribute('[data-block="layer2.0"][data-lane="a"] [role="switch"]', "aria-checked"), "true");
    assert.equal(await lab.page.getAttribute('[data-block="layer1.0"][data-lane="a"] [role="switch"]', "aria-checked"), "false");
    await lab.page.click("#reset");
    await lab.page.waitForSelector('#lab[data-state="ready"][data-step="0"]');
    assert.deepEqual(await losses(lab, 8), made, "a reset makes them again");
  }));

test("a second run that was let go is made again as it was", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1&steps=30&eval_every=0" }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#step-once");
    await lab.waitFor("has made a step", () => document.querySelector("#loss-b")?.dataset.value);
    await lab.reaches("paused");
    await lab.click("#skip-all-b");
    await lab.click("#play");
    await lab.reaches("done");
    // The address is written when it has rested.
    const link = await lab.waitFor("writes its address", () => new URL(location.href).searchParams.has("events_b") && location.search);
    const loss = await lab.value("#loss-b");
    await lab.click("#compare");
    await lab.waitFor("says what is let go", () => /let go/.test(document.querySelector("#notice").textContent));
    await lab.click("#compare");
    await lab.waitFor("catches up", (loss) => Number(document.querySelector("#loss-b")?.dataset.value) === loss, [loss]);
    await lab.waitFor("has its address again", (link) => location.search === link, [link]);
  }));

test("a network with all skips closed is compared with the one where they are open", () =>
  withPage({ query: `${SMALL}&skip=off` }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.page.getAttribute("#skip-all", "aria-checked"), "false");
    assert.equal(await lab.page.getAttribute("#skip-all-b", "aria-checked"), "true");
  }));

test("the second run gets settings of its own in the form", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1&steps=20" }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#more");
    await lab.click("#form-of-b");
    await lab.choose("#set-norm", "bn");
    await lab.waitFor("marks it", () => document.querySelector('label[for="set-norm"]').textContent.includes("▲"));
    await lab.click("#new-run");
    await lab.waitFor("writes it", () => new URL(location.href).searchParams.get("norm_b") === "bn");
    await lab.disappears("#settings");
    await lab.reaches("ready");
    await lab.click("#play");
    await lab.reaches("done");
    assert.match(await lab.text("#settings-line"), /no norm.*▲ norm bn, skips off/);
    assert.match(await lab.text("#lab"), /Different normalisation/);
  }));

for (const rests of [false, true]) {
  test(`Step while the second run catches up ends with both at rest after the same step, first run ${rests ? "at rest" : "training"}`, () =>
    withPage({ query: "data=digits&compare=0&steps=100000&play=1" }, async (lab) => {
      await lab.reachesStep(60);
      if (rests) {
        await lab.click("#play");
        await lab.reaches("paused");
      }
      await lab.click("#compare");
      await lab.waitFor("catches up", () => /catches up/.test(document.querySelector(".progress").textContent));
      await lab.click("#step-once");
      await lab.reaches("paused");
      await lab.waitFor("is at one step", () => /at step [\d,]+$/.test(document.querySelector('[data-fact="step"]').textContent));
      const step = await lab.says("step");
      await lab.stepOnce();
      assert.equal(Number(await lab.says("step")), Number(step) + 1);
      await lab.waitFor("is at one step", () => /at step [\d,]+$/.test(document.querySelector('[data-fact="step"]').textContent));
    }));
}
