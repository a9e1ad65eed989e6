// The product itself: train, measure, flip shortcuts while it runs, compare, look back, reset and replay.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

/** Small and quick: three blocks on the 8×8 digits. */
const SMALL = "data=digits&depth=8&width=4&compare=0&eval_every=0";
const BLOCKS = ["layer1.0", "layer2.0", "layer3.0"];

const switchOf = (block, lane = "a") => `[data-block="${block}"][data-lane="${lane}"] [role="switch"]`;

test("play, pause, flip one and all, while it trains", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#play");
    await lab.reaches("running");
    await lab.reachesStep(20);
    assert.ok((await lab.value("#loss")) > 0);
    assert.ok((await lab.value("#train-accuracy")) >= 0);

    await lab.click(switchOf("layer2.0"));
    assert.equal(await lab.attribute(switchOf("layer2.0"), "aria-checked"), "false");
    await lab.waitFor("has no gradient over a closed shortcut", () => {
      const cells = document.querySelectorAll('#profile-table [data-quantity="skip_grad_l2"]');
      return cells[1].dataset.value === "" && cells[0].dataset.value !== "";
    });
    assert.equal(await lab.says("state"), "running");

    const before = Number(await lab.says("step"));
    await lab.click("#skip-all");
    for (const block of BLOCKS) {
      assert.equal(await lab.attribute(switchOf(block), "aria-checked"), "true", "a mixed state opens all");
    }
    await lab.reachesStep(before + 20);
    await lab.click("#play");
    await lab.reaches("paused");
    const paused = Number(await lab.says("step"));
    await lab.stepOnce();
    assert.equal(Number(await lab.says("step")), paused + 1);
    await lab.screenshot("trained-and-flipped");
  }));

test("reset replays the run bit for bit", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    const losses = async () => {
      const seen = [];
      for (let step = 0; step < 5; step += 1) {
        await lab.stepOnce();
        seen.push(await lab.attribute("#loss", "data-value"));
      }
      return seen;
    };
    const first = await losses();
    await lab.click("#reset");
    await lab.appears('#lab[data-state="ready"][data-step="0"]');
    assert.deepEqual(await losses(), first);
    assert.equal(new Set(first).size, 5);
  }));

test("a run that a reset put aside goes on where it stood, and the other one too", () =>
  withPage({ query: SMALL }, async (lab) => {
    const facts = () => lab.evaluate(() => [document.querySelector("#lab").dataset.step, document.querySelector("#loss").dataset.value]);
    const steps = async (count) => {
      for (let step = 0; step < count; step += 1) await lab.stepOnce();
    };
    await lab.reaches("ready");
    await steps(6);
    const sixth = await facts();
    await lab.click("#reset");
    await lab.appears('#lab[data-state="ready"][data-step="0"]');
    await steps(3);
    const third = await facts();
    await lab.click("#take-up");
    await lab.appears('#lab[data-state="paused"][data-step="6"]');
    assert.deepEqual(await facts(), sixth);
    assert.equal(await lab.evaluate(() => document.querySelectorAll('#profile-table tbody tr').length > 0), true);
    await steps(1);
    const seventh = await facts();
    await lab.click("#take-up");
    await lab.appears('#lab[data-state="paused"][data-step="3"]');
    assert.deepEqual(await facts(), third);
    await steps(4);
    assert.deepEqual(await facts(), seventh, "the same run, on other workers");
  }));

test("two runs train on the same batches, in lock-step, each with switches of its own", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1&skip_b=off&steps=6" }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce();
    const [residual, plain] = [await lab.profile(), await lab.profile("#profile-table-b")];
    assert.ok(residual.every((row) => row.skip_grad_l2 > 0), "skips open");
    assert.ok(plain.every((row) => row.skip_grad_l2 === null), "skips closed");
    await lab.click("#skip-all-b");
    await lab.click("#play");
    await lab.reaches("done");
    assert.equal(await lab.says("step"), "6");
    assert.equal(await lab.attribute(switchOf("layer1.0", "b"), "aria-checked"), "true");
    assert.ok((await lab.profile("#profile-table-b")).every((row) => row.skip_grad_l2 > 0));
    assert.notEqual(await lab.value("#loss"), await lab.value("#loss-b"));
    await lab.screenshot("compared");
  }));

test("the numbers of a past step are all of that step", () =>
  withPage({ query: `${SMALL}&steps=3&play=1` }, async (lab) => {
    await lab.reaches("done");
    const last = await lab.value("#loss");
    assert.equal(await lab.says("viewed-step"), null);
    await lab.press("Home", ".scrub");
    await lab.appears('#lab[data-viewed-step="0"]');
    assert.notEqual(await lab.value("#loss"), last);
    assert.match(await lab.text("#profile-table caption"), /step 0/);
    await lab.press("End");
    await lab.appears("#lab:not([data-viewed-step])");
    assert.equal(await lab.value("#loss"), last);
  }));
