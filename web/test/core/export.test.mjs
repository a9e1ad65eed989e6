// Exports: what is shown leaves the page as files, and every number in them is the one that the page shows.

import assert from "node:assert/strict";
import { handedOut } from "../files.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=1&skip_b=off&eval_every=2&seed=5";

/** The rows of a table, and what its first line says. */
function table(bytes) {
  const [head, ...lines] = bytes.toString().trimEnd().split("\n");
  assert.equal(head, "lane,step,kind,quantity,block,value");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, index) => [head.split(",")[index], cell])));
}

test("numbers, drawing and picture of a chart are those of the page, of a live run and of a moment of the past", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#export");
    await lab.appears("#export-why-not");
    assert.equal(await lab.count("#exporting .exports button:not([disabled])"), 0, "nothing is measured yet");
    await lab.press("Escape");
    await lab.stepOnce(3);
    for (const step of [2, 1]) {
      if (step === 1) {
        await lab.press("ArrowLeft", "#history-slider");
        await lab.appears('#lab[data-viewed-step="1"]');
      }
      await lab.click("#export");
      await lab.appears("#export-profile-csv:not([disabled])");
      const csv = await handedOut(lab, "#export-profile-csv");
      assert.equal(csv.name, `headwater-profile-resnet8-digits-seed5-step${step}.csv`);
      const rows = table(csv.bytes);
      const json = await handedOut(lab, "#export-profile-json");
      const found = JSON.parse(json.bytes.toString());
      assert.equal(found.seed, 5);
      assert.match(found.caption, new RegExp(`^Depth profile: .* at step ${step}$`));
      assert.match(found.link, /\?.*seed=5/);
      assert.match(found.settings, /resnet8|ResNet-8/i);
      for (const [lane, selector] of [["a", "#profile-table"], ["b", "#profile-table-b"]]) {
        const shown = (await lab.profile(selector)).map((row) => row.grad_in_l2);
        assert.equal(shown.length, 3);
        const own = rows.filter((row) => row.lane === lane && row.block.startsWith("layer"));
        assert.deepEqual(own.map((row) => Number(row.value)), shown);
        assert.ok(own.every((row) => row.step === String(step) && row.quantity === "grad_in_l2"));
        const line = found.lines.find((line) => line.type === "step" && line.lane === lane);
        assert.deepEqual(Object.keys(line.columns), ["grad_in_l2"]);
        assert.deepEqual(line.columns.grad_in_l2, shown);
      }
      await lab.press("Escape");
      await lab.disappears("#exporting[open]");
    }
  }));

test("every chart has its drawing and its picture, twice as large", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(4);
    await lab.click("#export");
    for (const chart of ["river", "profile", "history", "learning", "branches"]) {
      const svg = await handedOut(lab, `#export-${chart}-svg`);
      assert.equal(svg.name, `headwater-${chart}-resnet8-digits-seed5-step3.svg`);
      const text = svg.bytes.toString();
      const [, width, height] = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(text);
      assert.match(text, /seed 5 · build \S+/);
      const addresses = [...text.matchAll(/\w+:\/\/[^"<\s]+/g)].map(([address]) => address);
      assert.deepEqual([...new Set(addresses.filter((address) => address.includes("w3.org")))].length, 2);
      assert.equal(await lab.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror") === null, text), true);
      const png = await handedOut(lab, `#export-${chart}-png`);
      assert.equal(png.name, svg.name.replace("svg", "png"));
      assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
      assert.deepEqual([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], [2 * width, 2 * height], chart);
      // A picture of one colour has few bytes.
      assert.ok(png.bytes.length > 8_000, `${chart}: ${png.bytes.length} bytes`);
    }
    const whole = await handedOut(lab, "#export-record-csv");
    const rows = table(whole.bytes);
    assert.equal(rows.filter((row) => row.kind === "step" && row.quantity === "loss").length, 8, "both runs, every step");
    assert.equal(rows.filter((row) => row.kind === "eval" && row.quantity === "accuracy").length, 4);
  }));
