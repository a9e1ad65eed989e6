// Recordings that a link names, in Chromium.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test, withPage } from "./harness.mjs";

/** A recording of this many steps, from elsewhere. */
function recording(steps, factor) {
  const blocks = ["one", "two", "three"].map((name) => ({ name }));
  const header = { type: "header", schema: 1, producer: "elsewhere", created: "2026-11-26T00:00:00Z", spec: null, blocks, quantities: ["grad_in_l2"] };
  const step = (_, at) => ({ type: "step", step: at, loss: factor * (at + 1), columns: { grad_in_l2: [factor, 2 * factor, 4 * factor] } });
  return gzipSync([header, ...Array.from({ length: steps }, step)].map((line) => JSON.stringify(line)).join("\n") + "\n");
}

/** A recording of a transformer from elsewhere: of each layer attention and MLP, the second frozen; nobody knows an accuracy. */
function transformer(layers) {
  const part = (kind) => (_, layer) => ({ name: `h.${layer}.${kind}`, kind, stage: 1, shortcut: "identity", module: `Own${kind}` });
  const [attention, mlp] = ["attention", "mlp"].map((kind) => Array.from({ length: layers }, part(kind)));
  const blocks = attention.flatMap((block, layer) => [block, mlp[layer]]);
  const notes = ["Of h.1.mlp weight_grad_l2 is null: its parameters are frozen."];
  const known = { producer: "headwater.py 0.1.0, torch 2.15.0", created: "2026-11-27T00:00:00Z", spec: null, model: "GPT2LMHeadModel", notes };
  const header = { type: "header", schema: 1, ...known, blocks, quantities: ["grad_in_l2", "grad_out_l2", "skip_grad_l2", "branch_grad_l2"] };
  const column = (factor) => blocks.map((_, index) => factor * 0.97 ** (blocks.length - index));
  const step = (_, at) => ({
    type: "step", step: at, loss: 4 - at / 10, lr: 0.001,
    columns: { grad_in_l2: column(1), grad_out_l2: column(0.97), skip_grad_l2: column(0.97), branch_grad_l2: blocks.map(() => null) },
  });
  return gzipSync([header, ...Array.from({ length: 5 }, step)].map((line) => JSON.stringify(line)).join("\n") + "\n");
}

const served = (name, body) => [`**/${name}`, (route) => route.fulfill({ body, contentType: "application/gzip" })];

test("a link opens a recording at a step", () =>
  withPage({ query: "run=first.gz&step=3&compare=0", files: [served("first.gz", recording(9, 1))] }, async (lab) => {
    await lab.appears('#lab[data-source="recording"][data-viewed-step="3"]');
    assert.equal(await lab.value("#loss"), 4);
    assert.match(await lab.text("#recording"), /first\.gz · elsewhere · 2026-11-26/);
    await lab.click("#close-recording");
    await lab.appears('#lab[data-source="live"][data-state="ready"]');
    await lab.waitFor("forgets the recording in its link", () => !location.search.includes("run="));
  }));

for (const [width, height, embed] of [[1280, 800, 0], [390, 844, 0], [525, 450, 1]]) {
  test(`a transformer of a hundred joins from elsewhere is shown as what it is, ${width}×${height}`, () =>
    withPage(
      { query: `run=gpt.gz&embed=${embed}`, viewport: { width, height }, files: [served("gpt.gz", transformer(50))] },
      async (lab) => {
        await lab.appears('#lab[data-source="recording"][data-step="5"] [data-block="h.49.mlp"]');
        const seen = () => ({
          switches: document.querySelectorAll('[role="switch"], input[type="range"].strength').length,
          shares: document.querySelectorAll("#accuracy, #train-accuracy").length,
          overflows: document.documentElement.scrollWidth > innerWidth,
        });
        assert.deepEqual(await lab.evaluate(seen), { switches: 0, shares: 0, overflows: false });
        assert.match(await lab.text("#reading"), /GPT2LMHeadModel: .*(block 1 passes on )?0\.0\d+× /);
        if (!embed) {
          assert.match(await lab.text("#recording"), /GPT2LMHeadModel · gpt\.gz · headwater\.py 0\.1\.0/);
          await lab.click("#recording-notes summary");
          assert.match(await lab.text("#recording-notes li"), /parameters are frozen/);
          assert.match(await lab.text(".inspector-card h2"), /Block 1 .*attention.*h\.0\.attention · Ownattention · identity skip/s);
        }
        await lab.screenshot(`from-elsewhere-${width}`);
      },
    ));
}

test("two recordings are shown together, and an embed says that it is one", () =>
  withPage(
    { query: "run=first.gz&run=second.gz&embed=1", files: [served("first.gz", recording(9, 1)), served("second.gz", recording(5, 0.5))] },
    async (lab) => {
      await lab.appears('#lab[data-source="recording"] #loss-b[data-value="2.5"]');
      assert.equal(await lab.value("#loss"), 9);
      assert.match(await lab.text(".progress"), /recorded/);
    },
  ));

test("a recording that cannot be had is said, and the page trains", () =>
  withPage({ query: "run=gone.gz&compare=0&depth=8&width=4", expected: [/404/] }, async (lab) => {
    await lab.waitFor("says why", () => /gone\.gz could not be fetched: status 404/.test(document.querySelector("#notice").textContent));
    await lab.reaches("ready");
    await lab.stepOnce();
    assert.equal(await lab.attribute("#lab", "data-source"), "live");
  }));

test("the first picture is a recording of the run that the button trains, and gives way to it", () =>
  withPage({ query: "" }, async (lab) => {
    await lab.appears('#lab[data-source="recording"][data-state="ready"]');
    assert.equal(await lab.text("#play"), "Train it yourself");
    assert.equal(await lab.text(".badge"), "recording of a real run");
    assert.match(await lab.attribute(".badge", "title"), /headwater train --model resnet20 --width 8/);
    assert.equal(await lab.attribute("#lab", "data-step"), "0");
    const recorded = await lab.profile();
    assert.ok(recorded.length === 9 && recorded.every((row) => row.grad_in_l2 > 0));
    await lab.click("#play");
    await lab.appears('#lab[data-source="live"]');
    await lab.reachesStep(3);
    await lab.click("#play");
    assert.notDeepEqual(await lab.profile(), recorded);
  }));

test("a switch of the first picture is the visitor's own", () =>
  withPage({ query: "" }, async (lab) => {
    await lab.appears('#lab[data-source="recording"][data-state="ready"]');
    await lab.click('[data-block="layer2.0"][data-lane="a"] [role="switch"]');
    await lab.appears('#lab[data-source="live"]');
    assert.equal(await lab.attribute('[data-block="layer2.0"][data-lane="a"] [role="switch"]', "aria-checked"), "false");
    await lab.waitFor("says so in its link", () => location.search.includes("skip="));
  }));

test("back at the picture its settings are in force again, and Back undoes that", () =>
  withPage({ query: "" }, async (lab) => {
    const all = "#skip-all";
    await lab.appears('#lab[data-source="recording"][data-state="ready"]');
    await lab.click(all);
    await lab.appears(`#lab[data-source="live"] ${all}[aria-checked="false"]`);
    await lab.waitFor("says so in its link", () => location.search.includes("skip="));
    await lab.click("#show-picture");
    await lab.appears(`#lab[data-source="recording"] ${all}[aria-checked="true"]`);
    await lab.waitFor("says so in its link", () => location.search === "");
    await lab.page.goBack();
    await lab.appears(`#lab[data-source="live"] ${all}[aria-checked="false"]`);
    await lab.click("#show-picture");
    await lab.appears('#lab[data-source="recording"][data-state="ready"]');
    await lab.click("#play");
    await lab.reachesStep(2);
    assert.match(await lab.text("#settings-line"), /skips on .*▲ skips off/);
  }));

test("recordings that come with the page are listed and opened", () =>
  withPage({ query: "" }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#open");
    await lab.appears("#library li:nth-child(10) .listed");
    await lab.click("#library li:nth-child(9) .listed");
    await lab.appears('#lab[data-source="recording"] [data-block="layer3.35"]');
    await lab.waitFor("names it in its link", () => decodeURIComponent(location.search).includes("/resnet152-start.headwater"));
    assert.match(await lab.text("#recording"), /resnet152-start/);
  }));
