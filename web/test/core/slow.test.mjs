// Slow motion: a step part by part, by pointer, keyboard and finger; the run is the same run, and its numbers are the record's.

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { open, saved } from "../files.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0&eval_every=0";

/** The parts of a step of three blocks. */
const PARTS = [
  "forward:stem",
  "forward:layer1.0",
  "forward:layer2.0",
  "forward:layer3.0",
  "loss",
  "backward:layer3.0",
  "backward:layer2.0",
  "backward:layer1.0",
  "backward:stem",
  "update",
];

/** What the present part shows, a run each: full-precision values by the names of their quantities. */
const shown = (lab) =>
  lab.evaluate(() => {
    const runs = {};
    for (const { dataset } of document.querySelectorAll("[data-walk]")) (runs[dataset.run] ??= {})[dataset.walk] = dataset.value;
    return runs;
  });

/** The next part, and what it shows. */
async function part(lab, press, name) {
  await press();
  await lab.appears(`#lab[data-phase="${name}"]`);
  return shown(lab);
}

/** A whole step. */
async function walk(lab, press, parts = PARTS) {
  const seen = {};
  for (const name of parts) seen[name] = await part(lab, press, name);
  return seen;
}

/** A value of the table, of a block. */
const cell = (lab, block, quantity, table = "#profile-table") =>
  lab.attribute(`${table} [data-row="${block}"] [data-quantity="${quantity}"]`, "data-value");

test("a step is walked through by pointer, its parts add up, and its numbers are the table's", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(2);
    const before = await lab.boxes(".chart-card");
    await lab.click("#slow");
    await lab.appears('#lab[data-phase="start"]');
    const seen = await walk(lab, () => lab.click("#step-once"));
    assert.deepEqual(await lab.boxes(".chart-card"), before, "nothing moves");
    await lab.reachesStep(3);
    assert.equal(seen.loss.a.loss, await lab.attribute("#loss", "data-value"));
    for (const block of ["layer1.0", "layer2.0", "layer3.0"]) {
      const { grad_in_l2: whole, skip_grad_l2: skip, branch_grad_l2: branch, skip_branch_cosine: cosine } = seen[`backward:${block}`].a;
      const sum = Math.sqrt(skip ** 2 + branch ** 2 + 2 * skip * branch * cosine);
      assert.ok(Math.abs(sum / whole - 1) < 1e-5, `${block}: ${sum} and ${whole}`);
      for (const [quantity, value] of Object.entries(seen[`backward:${block}`].a)) {
        assert.equal(value, await cell(lab, block, quantity), `${block} ${quantity}`);
      }
    }
    await lab.screenshot("slow-update");
    await lab.press("Escape");
    await lab.disappears("#lab[data-phase]");
    await lab.reaches("paused");
    assert.equal(await lab.says("step"), "3");
  }));

test("slow motion by the keyboard, with a flip on the way, changes no loss", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    const losses = [];
    const loss = async () => losses.push(await lab.attribute("#loss", "data-value"));
    await lab.stepOnce();
    await lab.click("#skip-all");
    await lab.stepOnce();
    await loss();
    await lab.stepOnce();
    await loss();
    await lab.click("#reset");
    await lab.appears('#lab[data-state="ready"][data-step="0"]');
    await lab.click("#skip-all");
    await lab.press("w");
    await lab.appears('#lab[data-phase="start"]');
    for (const name of PARTS.slice(0, 4)) await part(lab, () => lab.press("ArrowRight"), name);
    await lab.press("s");
    await lab.waitFor("says when the change holds", () => document.querySelector(".walk-title").textContent.includes("step 1 on"));
    for (const name of PARTS.slice(4)) await part(lab, () => lab.press("ArrowRight"), name);
    await lab.reachesStep(1);
    // The next step is left in its middle, and finished.
    for (const name of PARTS.slice(0, 6)) await part(lab, () => lab.press("ArrowRight"), name);
    const { a: closed } = await shown(lab);
    assert.equal(closed.skip_grad_l2, undefined, "nothing comes over a closed shortcut");
    await lab.press("Escape");
    await lab.reachesStep(2);
    await lab.reaches("paused");
    const again = [await lab.attribute("#loss", "data-value")];
    await lab.stepOnce();
    again.push(await lab.attribute("#loss", "data-value"));
    assert.deepEqual(again, losses);
  }));

test("two runs are walked through together, and Train goes on from the middle of a step", () =>
  withPage({ query: "data=digits&depth=8&width=4&compare=1&skip_b=off&eval_every=0" }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#play");
    await lab.reachesStep(5);
    await lab.click("#slow");
    await lab.reaches("paused");
    const step = Number(await lab.says("step"));
    const seen = await walk(lab, () => lab.click("#step-once"));
    await lab.reachesStep(step + 1);
    assert.equal(Number(await lab.says("step")), step + 1, "both, and no further");
    for (const [run, table] of [["a", "#profile-table"], ["b", "#profile-table-b"]]) {
      assert.equal(seen["backward:layer1.0"][run].grad_in_l2, await cell(lab, "layer1.0", "grad_in_l2", table));
    }
    await part(lab, () => lab.click("#step-once"), "forward:stem");
    await lab.click("#play");
    await lab.reachesStep(step + 20);
    assert.equal(await lab.attribute("#lab", "data-phase"), null);
    await lab.click("#play");
    await lab.reaches("paused");
  }));

test("parts pass by themselves at the chosen pace, and the page stays as it was laid out in an embed", () =>
  withPage({ query: `${SMALL}&embed=1`, viewport: { width: 525, height: 450 } }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce();
    const before = await lab.boxes(".chart-card, .bar");
    await lab.click("#slow");
    await lab.choose("#slow-pace", "4");
    await lab.appears('#lab[data-phase="backward:layer1.0"]');
    assert.deepEqual(await lab.boxes(".chart-card, .bar"), before);
    await lab.appears('#lab[data-phase="forward:layer1.0"][data-step="2"]');
    await lab.choose("#slow-pace", "");
    await lab.click("#slow");
    await lab.disappears("#lab[data-phase]");
    await lab.reachesStep(3);
  }));

test("a recording is walked through with the numbers that the live run showed, where it holds them", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#slow");
    await lab.appears('#lab[data-phase="start"]');
    const live = [];
    for (const step of [1, 2]) {
      live.push(await walk(lab, () => lab.click("#step-once")));
      await lab.reachesStep(step);
    }
    await lab.press("Escape");
    await lab.disappears("#lab[data-phase]");
    const text = gunzipSync((await saved(lab, "#save-recording")).bytes).toString();
    await open(lab, [["mine.headwater.jsonl.gz", text]]);
    await lab.appears('#lab[data-source="recording"][data-step="2"]');
    await lab.click("#reset");
    await lab.appears('#lab[data-viewed-step="0"]');
    await lab.click("#slow");
    await lab.appears('#lab[data-phase="start"]');
    const recorded = [await walk(lab, () => lab.click("#step-once")), await walk(lab, () => lab.click("#step-once"))];
    assert.deepEqual(recorded, live);
    await lab.press("Escape");
    await lab.disappears("#lab[data-phase]");
    // Of another program, which recorded losses alone.
    const losses = text.split("\n").filter(Boolean).map((line) => JSON.stringify({ ...JSON.parse(line), columns: undefined, ends: undefined }));
    await lab.click("#close-recording");
    await open(lab, [["mine.headwater.jsonl.gz", losses.join("\n")]]);
    await lab.appears('#lab[data-source="recording"] #slow[disabled]');
    assert.match(await lab.attribute("#slow", "title"), /does not hold the gradients/);
  }));

test("after a step that is evaluated slow motion rests, and its next part is that of the next step", () =>
  withPage({ query: SMALL.replace("eval_every=0", "eval_every=1") }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#slow");
    await lab.appears('#lab[data-phase="start"]');
    await walk(lab, () => lab.click("#step-once"));
    await lab.appears("#accuracy[data-value]");
    assert.equal(await lab.says("step"), "1");
    // It would run away while these parts are looked at.
    await walk(lab, () => lab.click("#step-once"));
    assert.equal(await lab.says("step"), "2");
    assert.equal(await lab.says("state"), "paused");
  }));
