// An experiment from its button to the visitor's run given back, by pointer and by the keyboard alone.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

/** From the first step's question to what was measured, whatever that is. */
async function take(lab, press) {
  const outcomes = [];
  for (let last = false; !last; ) {
    await lab.appears("#lesson-see:not([disabled]), [data-prediction]");
    if ((await lab.count("[data-prediction]")) > 0) await press("[data-prediction]");
    await lab.appears("#lesson-see:not([disabled])");
    await press("#lesson-see");
    await lab.appears("#lesson-verdict");
    outcomes.push(await lab.attribute("#lesson-verdict", "data-outcome"));
    last = (await lab.text("#lesson-next")) === "Done";
    await press("#lesson-next");
  }
  await lab.disappears("#lab[data-lesson]");
  return outcomes;
}

const OWN = "depth=8&width=4&data=digits&compare=0";

test("an experiment leads through its steps and gives the run back as it was", () =>
  withPage({ query: OWN }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(2);
    const before = [await lab.profile(), await lab.text("#settings-line"), await lab.value("#loss")];
    await lab.click('[data-lesson-id="one-open"]');
    await lab.appears('#lab[data-lesson="one-open"][data-lesson-step="1"]');
    assert.notEqual(await lab.attribute("#lesson-see", "disabled"), null, "one predicts first");
    assert.deepEqual(await take(lab, (selector) => lab.click(selector)), ["upstream"]);
    assert.deepEqual([await lab.profile(), await lab.text("#settings-line"), await lab.value("#loss")], before);
    assert.equal(await lab.says("step"), "2");
    await lab.stepOnce();
    assert.equal(await lab.says("step"), "3");
  }));

test("an experiment is taken by the keyboard alone", () =>
  withPage({ query: OWN }, async (lab) => {
    await lab.reaches("ready");
    await lab.press("Enter", '[data-lesson-id="silent-branches"]');
    const press = (selector) => lab.press(selector === "[data-prediction]" ? " " : "Enter", selector);
    const [silent, trained] = await take(lab, press);
    assert.equal(silent, "none");
    assert.notEqual(trained, "", "one of its answers fits what was measured");
    assert.match(await lab.text("#settings-line"), /ResNet-8/);
  }));

test("an experiment that is left half way leaves nothing behind", () =>
  withPage({ query: OWN }, async (lab) => {
    await lab.reaches("ready");
    await lab.click('[data-lesson-id="fifty-six"]');
    await lab.appears("[data-prediction]");
    await lab.click("[data-prediction]");
    await lab.click("#lesson-see");
    await lab.reachesStep(1);
    await lab.click("#lesson-leave");
    await lab.disappears("#lab[data-lesson]");
    await lab.reaches("ready");
    assert.match(await lab.text("#settings-line"), /ResNet-8/);
    assert.equal(await lab.says("step"), "0");
    assert.equal(await lab.notice(), "");
  }));
