// Recordings: what was trained is saved, opened again and looked through, and every number is the same.

import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { open, saved } from "../files.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=1&skip_b=off&eval_every=2";

/** In the page: every number that a reader can see, with all its digits. */
function numbers() {
  const values = (selector) => [...document.querySelectorAll(selector)].map((cell) => cell.dataset.value);
  return {
    profile: values("#profile-table td"),
    other: values("#profile-table-b td"),
    loss: values("#loss, #loss-b"),
    train: values("#train-accuracy, #train-accuracy-b"),
    heldOut: values("#accuracy, #accuracy-b"),
  };
}

test("a run that is saved and opened again shows the same numbers at every step", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    const live = [];
    for (let step = 0; step < 5; step += 1) {
      await lab.stepOnce();
      live.push(await lab.evaluate(numbers));
    }
    const text = gunzipSync((await saved(lab, "#save-recording")).bytes).toString();
    assert.equal(text.split("\n").filter((line) => line.includes('"type":"step"')).length, 10, "both lanes, every step");
    await open(lab, [["mine.headwater.jsonl.gz", text]]);
    await lab.appears('#lab[data-source="recording"][data-step="5"]');
    assert.deepEqual(await lab.evaluate(numbers), live[4]);
    for (let step = 0; step < 4; step += 1) {
      await lab.press("Home", "#history-slider");
      for (let further = 0; further < step; further += 1) await lab.press("ArrowRight", "#history-slider");
      await lab.appears(`#lab[data-viewed-step="${step}"]`);
      assert.match(await lab.text(".progress"), new RegExp(`^step ${step} of 4`), "the bar counts as the history does");
      // An evaluation after so many updates belongs to the step before it.
      assert.deepEqual(await lab.evaluate(numbers), { ...live[step], heldOut: (await lab.evaluate(numbers)).heldOut });
    }
    assert.equal(await lab.evaluate(() => document.querySelector("#skip-all").disabled), true);
    await lab.click("#close-recording");
    await lab.appears('#lab[data-source="live"][data-state="paused"][data-step="5"]');
    assert.deepEqual(await lab.evaluate(numbers), live[4], "the page's own run is as it was");
    // And it trains again, from what the recording says.
    await open(lab, [["mine.headwater.jsonl.gz", gzipSync(text)]]);
    await lab.appears('#lab[data-source="recording"][data-step="5"]');
    await lab.click("#make-live");
    await lab.appears('#lab[data-source="live"]');
    await lab.reachesStep(5);
    await lab.click("#play");
    await lab.reaches("paused");
    await lab.press("Home", "#history-slider");
    await lab.appears('#lab[data-viewed-step="0"]');
    assert.deepEqual((await lab.evaluate(numbers)).profile, live[0].profile, "to the last bit in one browser");
    assert.match(await lab.text("#agreement"), /● The run of mine\.headwater\.jsonl\.gz, made again: step 0 agrees.*▲ The run of/);
  }));

test("a recording replays, is left for its last step, and what is wrong with one is said by line and field", () =>
  withPage({ query: SMALL.replace("compare=1&skip_b=off", "compare=0") }, async (lab) => {
    await lab.reaches("ready");
    const blocks = Array.from({ length: 54 }, (_, index) => ({ name: `encoder.${index}` }));
    const header = { type: "header", schema: 1, producer: "a network of my own", created: "2026-11-26T00:00:00Z", spec: null, blocks, quantities: ["grad_in_l2"] };
    const steps = Array.from({ length: 40 }, (_, step) => ({
      type: "step", step, loss: 2 / (step + 1), columns: { grad_in_l2: blocks.map((_, index) => 10 ** (-index / 9)) },
    }));
    const lines = [header, ...steps].map((line) => JSON.stringify(line));
    await open(lab, [["mine.jsonl.gz", lines.join("\n")]]);
    await lab.appears('#lab[data-source="recording"][data-step="40"]');
    assert.equal(await lab.evaluate(() => document.querySelector("#make-live").disabled), true, "nobody knows its settings");
    assert.equal(await lab.evaluate(() => document.querySelectorAll("#profile-table tbody tr").length), 54);
    await lab.click("#play");
    await lab.reaches("running");
    await lab.reaches("done");
    await lab.screenshot("recording-of-54-blocks");

    await lab.click("#close-recording");
    lines[20] = lines[20].replace('"loss":', '"lost":');
    await open(lab, [["damaged.jsonl.gz", lines.join("\n")]]);
    await lab.appears('#lab[data-source="recording"][data-step="19"]');
    assert.match(await lab.notice(), /damaged\.jsonl\.gz: line 21, loss: it is missing/);
    await lab.click("#close-recording");
    await open(lab, [["notes.txt", "milk, bread\n"]]);
    await lab.waitFor("says that this is no recording", () => /notes\.txt: line 1: it is no JSON/.test(document.querySelector("#notice").textContent));
    assert.equal(await lab.attribute("#lab", "data-source"), "live", "what cannot be read at all shows nothing");
  }));
