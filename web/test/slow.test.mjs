// Slow motion, in Chromium: by touch on a phone, for who asked for less motion, and what is said to the ear.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const PAIR = "data=digits&depth=8&width=4&compare=1&skip_b=off&eval_every=0";
const PHONE = { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } };

test("a step is walked through by touch on a phone, with its words and the river in sight", () =>
  withPage({ query: PAIR, ...PHONE }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.tap("#step-once");
    await lab.reachesStep(1);
    await lab.reaches("paused");
    await page.tap("#slow");
    await page.waitForSelector('#lab[data-phase="start"]');
    const before = await lab.boxes(".chart-card");
    await page.tap("#step-once");
    for (let name = ""; name !== "backward:layer2.0"; ) {
      const was = await lab.says("phase");
      await page.tap("#step-once");
      await page.waitForFunction((was) => document.querySelector("#lab").dataset.phase !== was, was);
      name = await lab.says("phase");
    }
    assert.deepEqual(await lab.boxes(".chart-card"), before, "nothing moves");
    const words = await lab.box(".walk");
    const said = await page.evaluate(() => {
      const walk = document.querySelector(".walk");
      return [walk.scrollHeight, walk.clientHeight];
    });
    assert.ok(said[0] <= said[1], `${said[0]} px of words in ${said[1]}`);
    const [river, bar] = [await lab.box(".river-card"), await lab.box(".bar")];
    assert.ok(words.top >= 0 && river.top + river.height <= bar.top + 1, "above the bar");
    await page.tap("#slow");
    await page.waitForSelector("#lab:not([data-phase])");
    await lab.reachesStep(2);
  }));

test("who asked for less motion goes on by hand", () =>
  withPage({ query: PAIR, reducedMotion: "reduce" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#slow");
    await lab.page.waitForSelector("#slow-pace:disabled");
    assert.match(await lab.attribute("#slow-pace", "title"), /less motion/);
    await lab.page.click("#step-once");
    await lab.page.waitForSelector('#lab[data-phase="forward:stem"]');
  }));

test("the ear hears of a step at most every five seconds, and of the latest part in the end", () =>
  withPage({ query: PAIR, prepare: (page) => page.clock.install() }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    const heard = () => page.textContent('.walk [role="status"]');
    await page.click("#slow");
    await page.waitForSelector('#lab[data-phase="start"]');
    const first = await heard();
    assert.match(first, /comes next/);
    for (const name of ["forward:stem", "forward:layer1.0", "forward:layer2.0"]) {
      await page.click("#step-once");
      await page.waitForSelector(`#lab[data-phase="${name}"]`);
    }
    assert.equal(await heard(), first);
    await page.clock.fastForward(5100);
    await page.waitForFunction(() => document.querySelector('.walk [role="status"]').textContent.includes("block 2 of 3, forward"));
  }));
