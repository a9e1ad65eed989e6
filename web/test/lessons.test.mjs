// Experiments, in Chromium: by touch, and what stands still meanwhile.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const OWN = "depth=8&width=4&data=digits&compare=0";
const PHONE = { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } };

test("an experiment is taken by touch on a phone", () =>
  withPage({ query: OWN, ...PHONE }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.tap('[data-lesson-id="one-open"]');
    await page.tap('[data-prediction="upstream"]');
    await page.tap("#lesson-see");
    await page.waitForSelector('#lesson-verdict[data-outcome="upstream"]');
    assert.match(await page.textContent("#lesson-verdict"), /As you said/);
    await page.tap("#lesson-next");
    await page.waitForSelector("#lab:not([data-lesson])");
    assert.match(await page.textContent("#settings-line"), /ResNet-8/);
  }));

test("each experiment of the strip begins, asks, and says how long it takes", () =>
  withPage({ query: OWN }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    const ids = await page.locator(".try-this [data-lesson-id]").evaluateAll((all) => all.map((one) => one.dataset.lessonId));
    assert.equal(ids.length, 5);
    for (const id of ids) {
      await page.click(`[data-lesson-id="${id}"]`);
      await page.waitForSelector(`#lab[data-lesson="${id}"][data-state="ready"]`);
      assert.match(await page.textContent(".lesson-text"), /Takes about/);
      await page.click("#lesson-leave");
      await page.waitForSelector("#lab:not([data-lesson])");
    }
  }));

test("the charts stand still while an experiment runs and when it tells what came of it", () =>
  withPage({ query: "lesson=batch-norm" }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    const places = () =>
      page.evaluate(() => [...document.querySelectorAll(".plot")].map((plot) => JSON.stringify(plot.getBoundingClientRect())));
    const before = await places();
    await page.click("[data-prediction]");
    await page.click("#lesson-see");
    await page.waitForSelector("#lesson-verdict");
    assert.deepEqual(await places(), before);
  }));
