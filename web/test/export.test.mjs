// Exports of recordings, and paper, in Chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { open } from "./files.mjs";
import { test, withPage } from "./harness.mjs";

const SMALL = "data=digits&depth=8&width=4&eval_every=0";

/** What a button hands out: the file's name and its text. */
async function download(lab, button) {
  const [file] = await Promise.all([lab.page.waitForEvent("download"), lab.page.click(button)]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** A recording from elsewhere of three steps. */
function recording() {
  const blocks = ["one", "two"].map((name) => ({ name }));
  const header = { type: "header", schema: 1, producer: "elsewhere", created: "2026-11-26T00:00:00Z", spec: null, blocks, quantities: ["grad_in_l2"] };
  const step = (at) => ({ type: "step", step: at, loss: 0.1 * (at + 1), columns: { grad_in_l2: [1 / 3, at + 0.1] } });
  return [header, ...[0, 1, 2].map(step)].map((line) => JSON.stringify(line)).join("\n");
}

for (const name of ["first", "fade"]) {
  test(`what the program recorded (${name}), plain or compressed, leaves the page to the last digit`, async () => {
    const packed = await readFile(new URL(`../../assets/recordings/${name}.headwater.jsonl.gz`, import.meta.url));
    const text = gunzipSync(packed);
    const lines = text.toString().trim().split("\n").map((line) => JSON.parse(line));
    const ofLane = (lines, lane) => lines.filter((line) => line.lane === lane);
    await withPage({ query: SMALL }, async (lab) => {
      await lab.reaches("ready");
      for (const [file, bytes] of [["plain", text], ["packed.gz", packed]]) {
        await open(lab, [[file, bytes]]);
        await lab.appears("#export:not([disabled])");
        await lab.disappears("#recording-progress");
        await lab.click("#export");
        const found = JSON.parse((await download(lab, "#export-record-json")).text).lines;
        assert.equal(found.length, lines.length);
        for (const lane of ["a", "b"]) assert.deepEqual(ofLane(found, lane), ofLane(lines, lane), `${file}, ${lane}`);
        await lab.press("Escape");
        await lab.disappears("#exporting[open]");
        await lab.click("#close-recording");
        await lab.appears('#lab[data-source="live"]');
      }
    });
  });
}

test("a recording leaves the page as it came, with its file and who wrote it", () =>
  withPage(
    { query: "run=mine.gz", files: [["**/mine.gz", (route) => route.fulfill({ body: recording(), contentType: "text/plain" })]] },
    async (lab) => {
      await lab.appears('#lab[data-source="recording"][data-step="3"]');
      await lab.click("#export");
      const whole = await download(lab, "#export-record-json");
      assert.equal(whole.name, "headwater-record-step2.json");
      const { seed, link, lines } = JSON.parse(whole.text);
      assert.equal(seed, null, "nobody knows it");
      assert.match(link, /^mine\.gz · elsewhere · 2026-11-26 · http.*run=mine\.gz/);
      assert.equal(lines[0].producer, "elsewhere");
      assert.deepEqual(lines[0].blocks.map((block) => block.name), ["one", "two"]);
      assert.deepEqual(lines.filter((line) => line.type === "step").map((line) => line.columns.grad_in_l2), [[1 / 3, 0.1], [1 / 3, 1.1], [1 / 3, 2.1]]);
      const loss = await download(lab, "#export-learning-csv");
      assert.deepEqual(loss.text.trim().split("\n").slice(1), ["a,0,step,loss,,0.1", "a,1,step,loss,,0.2", `a,2,step,loss,,${0.1 * 3}`]);
      const history = await download(lab, "#export-history-csv");
      assert.equal(history.text.trim().split("\n").length, 1 + 3 * 2);
      const svg = await download(lab, "#export-river-svg");
      assert.match(svg.text, /mine\.gz · elsewhere · 2026-11-26/);
    },
  ));

test("what is not to be opened is not exported, and an embed exports nothing", async () => {
  await withPage({ query: `${SMALL}&hide=open` }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.count("#export"), 0);
  });
  await withPage({ query: `${SMALL}&embed=1` }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.count("#export"), 0);
  });
});

test("the panel closes, and the page is printed", () =>
  withPage(
    { query: SMALL, prepare: (page) => page.addInitScript(() => (window.print = () => (window.printed = (window.printed ?? 0) + 1))) },
    async (lab) => {
      await lab.reaches("ready");
      await lab.click("#export");
      await lab.click("#print");
      await lab.waitFor("prints once", () => window.printed === 1);
      assert.equal(await lab.count("#exporting[open]"), 0);
    },
  ));

test("on paper the charts of both runs have the width of the paper, and the settings stand under them", () =>
  withPage({ query: `${SMALL}&compare=1&skip_b=off` }, async (lab) => {
    await lab.reaches("ready");
    await lab.stepOnce(3);
    const before = await lab.attribute("#river-chart", "viewBox");
    await lab.page.emulateMedia({ media: "print" });
    // The content of A4 within margins of 10 mm.
    await lab.resize(718, 1000);
    await lab.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const charts = await lab.evaluate(() =>
      [...document.querySelectorAll(".plot > svg")].map((svg) => {
        const { width, height } = svg.getBoundingClientRect();
        const [, , own, high] = svg.getAttribute("viewBox").split(" ").map(Number);
        return { id: svg.id, stretched: width / own / (height / high), runs: svg.querySelectorAll(".lane-b").length };
      }),
    );
    assert.equal(charts.length, 5);
    for (const { id, stretched, runs } of charts) {
      assert.ok(stretched > 0.93 && stretched < 1.07, `${id} is stretched by ${stretched}`);
      assert.ok(runs > 0, `${id} shows both runs`);
    }
    const cut = await lab.evaluate(() => {
      const line = document.querySelector("#settings-line");
      return [document.documentElement.scrollWidth - innerWidth, line.scrollWidth - line.clientWidth, line.offsetHeight];
    });
    assert.ok(cut[0] <= 0 && cut[1] <= 0 && cut[2] > 0, `nothing is cut: ${cut}`);
    assert.equal(await lab.evaluate(() => getComputedStyle(document.querySelector(".bar")).display), "none");
    const pdf = await lab.page.pdf({ format: "A4" });
    assert.equal(pdf.subarray(0, 4).toString(), "%PDF");
    await lab.evaluate(() => dispatchEvent(new Event("afterprint")));
    await lab.page.emulateMedia({ media: "screen" });
    await lab.resize(1280, 800);
    await lab.waitFor("is as it was", (before) => document.querySelector("#river-chart").getAttribute("viewBox") === before, [before]);
  }));
