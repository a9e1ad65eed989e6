// An experiment from its button to the visitor's run given back, by pointer and by the keyboard alone.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

/** From the first step's question to what was measured, whatever that is; `predict` chooses or draws where that is asked. */
async function take(lab, press, predict = (selector) => press(selector)) {
  const outcomes = [];
  for (let last = false; !last; ) {
    await lab.appears("#lesson-see:not([disabled]), [data-prediction]");
    if ((await lab.count("input[data-prediction]")) > 0) await press("input[data-prediction]");
    if ((await lab.count('[data-prediction="draw"]')) > 0) await predict('[data-prediction="draw"]');
    await lab.appears("#lesson-see:not([disabled])");
    await press("#lesson-see");
    await lab.appears("#lesson-verdict");
    outcomes.push(await lab.attribute("#lesson-verdict", "data-outcome"));
    last = (await lab.text("#lesson-next")) === "Done";
    if (!last) await press("#lesson-next");
  }
  return outcomes;
}

/** Out of a lesson that is over. */
async function done(lab, press) {
  await press("#lesson-next");
  await lab.disappears("#lab[data-lesson]");
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
    await done(lab, (selector) => lab.click(selector));
    assert.deepEqual([await lab.profile(), await lab.text("#settings-line"), await lab.value("#loss")], before);
    assert.equal(await lab.says("step"), "2");
    await lab.stepOnce();
    assert.equal(await lab.says("step"), "3");
  }));

test("an experiment is taken by the keyboard alone", () =>
  withPage({ query: OWN }, async (lab) => {
    await lab.reaches("ready");
    await lab.press("Enter", '[data-lesson-id="silent-branches"]');
    const press = (selector) => lab.press(selector === "input[data-prediction]" ? " " : "Enter", selector);
    const [silent, trained] = await take(lab, press);
    await done(lab, press);
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

/** A lesson that asks for a drawing, on the page's quickest pair of networks. */
const DRAWN = {
  lesson: 1,
  id: "drawn",
  title: "Drawn",
  about: "how steep?",
  run: { data: "digits", depth: "20", width: "4", compare: "1", skip_b: "off", eval_every: "1" },
  steps: [
    {
      ask: "How much does each block pass on?",
      until: 1,
      seconds: 1,
      draw: { of: "grad_in_l2", lane: "b", relative: true, decades: 8 },
      values: { part: { of: "grad_in_l2", block: "first", lane: "b", over: { of: "grad_in_l2", block: "last", lane: "b" } } },
      outcomes: [{ id: "any", when: [], text: "Block 1: **{part}**. <b>No HTML</b>, [no script](javascript:alert)." }],
    },
    { ask: "And two steps later?", until: 2, seconds: 1, outcomes: [{ id: "any", when: [], text: "Much the same." }] },
  ],
};

const withLesson = (lesson, body, options = {}) => {
  const text = typeof lesson === "string" ? lesson : JSON.stringify(lesson);
  const files = [["**/given/drawn.json", (route) => route.fulfill({ contentType: "application/json", body: text })]];
  return withPage({ query: { lesson: "given/drawn.json" }, files, ...options }, body);
};

test("a lesson from an address is taken, drawn with the pointer, and its link names it", () =>
  withLesson(DRAWN, async (lab) => {
    await lab.appears('#lab[data-lesson="drawn"][data-state="ready"]');
    await lab.waitFor("names the lesson in its link", () => location.search.includes("lesson=given/drawn.json"));
    assert.notEqual(await lab.attribute("#lesson-see", "disabled"), null, "one draws first");
    const { left, top, width, height } = await lab.box(".sketch-pad");
    await lab.move(left + 0.3 * width, top + 0.3 * height);
    await lab.down();
    await lab.move(left + 0.5 * width, top + 0.2 * height);
    await lab.move(left + 0.8 * width, top + 0.1 * height);
    await lab.up();
    await lab.appears("#lesson-see:not([disabled])");
    const values = await lab.evaluate(() =>
      [...document.querySelectorAll(".sketch-block")].map((slider) => Number(slider.getAttribute("aria-valuenow"))),
    );
    assert.equal(values.length, 8, "the last block is what the others are relative to");
    assert.ok(values[2] < values[4] && values[4] < values[6] && values[2] < -1, `${values}`);
    await lab.click("#lesson-see");
    await lab.appears("#lesson-verdict");
    assert.match(await lab.text("#lesson-gap"), /^At block \d you drew 1\/[\d.,]+; it is .*: \d+\.\d powers of ten apart\.$/);
    assert.match(await lab.text("#lesson-verdict"), /<b>No HTML<\/b>/);
    assert.equal(await lab.count("#lesson-verdict a"), 0, "a link leads to the web, the site or the page only");
    for (const shape of [".drawn", ".gap", ".line.lane-b"]) assert.equal(await lab.count(`.sketch-pad ${shape}`), 1, shape);
    // The curve is that of the profile's table.
    const measured = await lab.evaluate(() =>
      [...document.querySelectorAll("#sketch-table td:last-child")].map((cell) => Number(cell.dataset.value)),
    );
    const norms = (await lab.profile("#profile-table-b")).slice(0, 9).map((row) => Number(row.grad_in_l2));
    measured.forEach((value, block) => assert.ok(Math.abs(value / (norms[block] / norms[8]) - 1) < 1e-6, `${measured} ${norms}`));
    await lab.click("#lesson-next");
    await lab.click("#lesson-back");
    await lab.appears('#lab[data-lesson-step="1"] #lesson-gap');
    await lab.click("#lesson-next");
    await lab.click("#lesson-see");
    await lab.appears("#lesson-worksheet");
    await lab.click("#lesson-worksheet");
    await lab.appears("#worksheet[open] .sheet svg .gap");
    assert.match(await lab.text("#worksheet"), /powers of ten apart[^]*Much the same\.[^]*seed[^]*build/);
  }));

test("a lesson is drawn by the keyboard alone", () =>
  withLesson(DRAWN, async (lab) => {
    const press = (selector) => lab.press("Enter", selector);
    const draw = async () => {
      await lab.press("ArrowDown", ".sketch-block[tabindex='0']");
      await lab.press("ArrowDown");
      await lab.press("ArrowRight");
      await lab.press("ArrowRight");
      await lab.press("ArrowUp");
      await lab.waitFor("says each block", () => {
        const said = (block) => document.querySelector(`.sketch-block[data-index="${block}"]`).getAttribute("aria-valuetext");
        return document.activeElement.dataset.index === "2" && said(0) === "block 1: 1/10 of the last block’s" && /^block 3: 1\//.test(said(2));
      });
    };
    await lab.appears('#lab[data-lesson="drawn"][data-state="ready"]');
    assert.deepEqual(await take(lab, press, draw), ["any", "any"]);
    await done(lab, press);
  }));

for (const [what, lesson, said] of [
  ["is no JSON", "<html>", /drawn\.json is not taken: it is no JSON/],
  ["names its step and field", { ...DRAWN, steps: [DRAWN.steps[0], { ...DRAWN.steps[1], until: 0 }] }, /step 2, until: it must be more than 0/],
  ["is too large", JSON.stringify({ ...DRAWN, about: "x".repeat(1_100_000) }), /at most 1 MB/],
]) {
  test(`a file that is no lesson is said in one sentence: one that ${what}`, () =>
    withLesson(lesson, async (lab) => {
      await lab.waitFor("says why", (said) => new RegExp(said).test(document.querySelector("#notice")?.textContent), [said.source]);
      await lab.reaches("ready");
      assert.equal(await lab.count("#lab[data-lesson]"), 0);
      await lab.waitFor("names no lesson in its link", () => !location.search.includes("lesson"));
      await lab.stepOnce();
    }));
}

test("a lesson that is not there is said in one sentence", () =>
  withPage({ query: { lesson: "given/none.json" }, expected: [/404/] }, async (lab) => {
    await lab.waitFor("says so", () => /none\.json could not be fetched: status 404/.test(document.querySelector("#notice")?.textContent));
    await lab.reaches("ready");
  }));

test("the list has every lesson with what it asks and how long it takes, and what is often said", () =>
  withPage({ query: OWN }, async (lab) => {
    await lab.reaches("ready");
    await lab.press("L", "#lab #play");
    await lab.appears("#lesson-list[open] [data-lesson-id]");
    const listed = await lab.evaluate(() =>
      [...document.querySelectorAll("#lesson-list [data-lesson-id]")].map((one) => one.textContent),
    );
    assert.ok(listed.length >= 5 && listed.every((text) => /of waiting/.test(text)), `${listed}`);
    assert.ok((await lab.count(".folklore > li")) >= 2);
    const named = await lab.attribute(".folklore [data-see]", "data-see");
    await lab.click(".folklore [data-see]");
    await lab.appears(`#lab[data-lesson="${named}"]`);
    await lab.disappears("#lesson-list[open]");
    await lab.click("#lesson-leave");
    await lab.disappears("#lab[data-lesson]");
  }));
