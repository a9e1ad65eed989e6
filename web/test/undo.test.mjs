// Back and Forward undo and redo what was set.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const checked = (lab, selector, value) =>
  lab.page.waitForFunction(
    ([selector, value]) => document.querySelector(selector)?.getAttribute("aria-checked") === value,
    [selector, value],
  );

const SWITCH = '[data-block="layer2.0"][data-lane="a"] [role="switch"]';

test("Back undoes a flip, a rate and a new run, Forward does them again, and the run goes on", () =>
  withPage({ query: "depth=8&width=4" }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.click("#step-once");
    await lab.reachesStep(1);
    await lab.reaches("paused");
    const entries = async (count) => page.waitForFunction((count) => history.length >= count, count);
    const before = await page.evaluate(() => history.length);
    await page.click(SWITCH);
    await entries(before + 1);
    await page.goBack();
    await checked(lab, SWITCH, "true");
    assert.equal(await lab.says("step"), "1", "the run goes on");
    await page.goForward();
    await checked(lab, SWITCH, "false");
    await page.click("#more");
    await page.fill("#set-width", "5");
    await page.press("#set-width", "Enter");
    await page.waitForSelector('#lab[data-state="ready"][data-step="0"]');
    assert.match(await page.textContent("#settings-line"), /width 5/);
    await entries(before + 2);
    await page.goBack();
    await page.waitForFunction(() => /width 4/.test(document.querySelector("#settings-line").textContent));
    // The run that was there goes on, and the new one is kept in its place.
    await page.waitForSelector('#lab[data-state="paused"][data-step="1"]');
    await page.click("#step-once");
    await lab.reachesStep(2);
  }));
