// Skips between closed and open: sliders, a fade over some steps, and the fold into the weights, by pointer and by keyboard.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0&eval_every=0";
const PERCEPTRON = "data=digits&model=mlp5&width=16&branch_layers=1&compare=0&eval_every=0";

/** Waits until a slider says that it stands there. */
const says = (lab, slider, text) =>
  lab.waitFor(`says ${text}`, (slider, text) => document.querySelector(slider).getAttribute("aria-valuetext") === text, [slider, text]);

test("the slider of the block in focus sets its skip by the keyboard", () =>
  withPage({ query: `${SMALL}&block=layer2.0` }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce();
    await lab.press("ArrowLeft", "#strength-block");
    await says(lab, "#strength-block", "0.95");
    await lab.stepOnce();
    assert.match(await lab.text("#settings-line"), /0\.95 in 2/);
    await lab.waitFor("has it in its link", () => location.search.includes("events=1:layer2.0=0.95"));
  }));

test("all skips and those of a stage have a slider", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#strengths > summary");
    await lab.click("#strength-0-3");
    // In the middle of the slider.
    await says(lab, "#strength-0-3", "0.5");
    await lab.press("ArrowRight", "#strength-1-2");
    await says(lab, "#strength-1-2", "0.55");
    assert.equal(await lab.attribute("#strength-0-3", "aria-valuetext"), "0.5–0.55");
    assert.match(await lab.text("#settings-line"), /skips 0\.5 in block 1, 0\.55 in 2, 0\.5 in 3/);
  }));

test("skips fade out over some steps, and the run is made again by its link", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(2);
    await lab.click("#strengths > summary");
    await lab.evaluate(() => {
      const field = document.querySelector("#fade-steps");
      field.value = "4";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await lab.click("#fade-out");
    await lab.stepOnce(3);
    await says(lab, "#strength-0-3", "0.25");
    await lab.stepOnce(2);
    await says(lab, "#strength-0-3", "0");
    assert.ok((await lab.profile()).every((row) => row.skip_grad_l2 === null), "closed");
    const before = [await lab.profile(), await lab.value("#loss")];
    await lab.waitFor("has it in its link", () => location.search.includes("events=2:fade=2-6"));
    await lab.reload();
    await lab.reaches("ready");
    await lab.stepOnce(7);
    assert.deepEqual([await lab.profile(), await lab.value("#loss")], before);
  }));

test("skips are folded where a branch is one layer, and the page says what that changed", () =>
  withPage({ query: PERCEPTRON }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(3);
    await lab.press("Enter", "#strengths > summary");
    await lab.press("Enter", "#fold");
    await lab.waitFor("says what that changed", () => /no logit changed by more than/.test(document.querySelector("#notice").textContent));
    const [, difference, largest] = /more than ([\d.e-]+) \(the largest is ([\d.e-]+)\)/.exec(await lab.notice());
    assert.ok(Number(difference) < 1e-5 * Number(largest), `${difference} of ${largest}`);
    await says(lab, "#strength-0-5", "0");
    await lab.stepOnce();
    await lab.waitFor("has it in its link", () => location.search.includes("events=3:skip=fold"));
    assert.notEqual(await lab.attribute("#fold", "disabled"), null, "there is nothing to fold");
  }));

for (const [folded, before] of [["before the first step", 0], ["between two steps", 2]]) {
  test(`a run whose skips were folded ${folded} is made again by its link`, () =>
    withPage({ query: PERCEPTRON }, async (lab) => {
      await lab.reaches("ready");
      for (let step = 0; step < before; step += 1) await lab.stepOnce();
      await lab.press("Enter", "#strengths > summary");
      await lab.press("Enter", "#fold");
      await says(lab, "#strength-0-5", "0");
      await lab.waitFor("has it in its link", (at) => location.search.includes(`events=${at}:skip=fold`), [before]);
      await lab.stepOnce(2);
      const run = async () => [await lab.profile(), await lab.value("#loss")];
      const made = await run();
      await lab.reload();
      await lab.reaches("ready");
      await lab.stepOnce(before + 2);
      assert.deepEqual(await run(), made);
    }));
}

test("where skips cannot be folded the page says what that needs", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#strengths > summary");
    assert.notEqual(await lab.attribute("#fold", "disabled"), null);
    assert.match(await lab.text("#fold-about"), /one linear layer/);
  }));
