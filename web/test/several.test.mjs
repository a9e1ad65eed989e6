// More than two recordings are open, in Chromium: those that come with the page, told apart, exchanged and closed.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { handedOut } from "./files.mjs";
import { test, withPage } from "./harness.mjs";

const RECORDINGS = new URL("../../assets/recordings/", import.meta.url);

/** Five files that come with the page: eight runs of 9, 9, 9, 27 and 27, 9 and 50 blocks. */
const FIVE = ["zero-gamma", "first", "resnet56", "resnet18-start", "fashion-no-norm"];

const bytesOf = (name) => readFile(new URL(`${name}.headwater.jsonl.gz`, RECORDINGS));

/** The lines of a lane of a recording. */
async function linesOf(name, lane) {
  const lines = gunzipSync(await bytesOf(name)).toString().trim().split("\n").map((line) => JSON.parse(line));
  return lines.filter((line) => (line.lane ?? "a") === lane);
}

/** The last record of that lane in which something was measured, not after that step. */
async function recordAt(name, lane, step) {
  const measured = (await linesOf(name, lane)).filter((line) => line.type === "step" && line.columns && Object.keys(line.columns).length > 0);
  return measured.filter((line) => line.step <= step).at(-1);
}

/** Opens files as the file picker, or a drop on the page, does. */
async function open(lab, files, how = "picker") {
  const list = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
  await lab.evaluate((list, how) => {
    const transfer = new DataTransfer();
    for (const [name, text] of list) {
      transfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
    }
    if (how === "drop") {
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      return;
    }
    const input = document.querySelector("#open-file");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, list, how);
}

const bundled = (names) => Promise.all(names.map(async (name) => [`${name}.headwater.jsonl.gz`, await bytesOf(name)]));

/** What the table says of an overlaid run: its step, its loss and the values of its blocks. */
const overlaid = (lab, number) =>
  lab.evaluate((number) => {
    const cells = [...document.querySelectorAll(`#overlaid-table tbody tr:not([data-row="stem"]):not([data-row="head"]) td[data-open-run="${number}"]`)];
    const column = document.querySelector(`#overlaid-table tbody td[data-open-run="${number}"]`).cellIndex;
    return {
      step: Number(document.querySelector("#overlaid-table thead tr").cells[column].dataset.step),
      loss: Number(document.querySelector(`#overlaid-table tfoot td[data-open-run="${number}"]`).dataset.value),
      blocks: cells.map((cell) => cell.dataset.value).filter((value) => value !== "").map(Number),
    };
  }, number);

/** What each run in the list is shown as. */
const roles = (lab) =>
  lab.evaluate(() => [...document.querySelectorAll("#open-runs [data-open-run]")].map((row) => `${row.dataset.openRun}${row.dataset.shownAs ?? ""}`));

const openedAll = (lab, count) =>
  lab.waitFor(`lists ${count} runs`, (count) => document.querySelectorAll("#open-runs [data-open-run]").length === count && !document.querySelector("#recording-progress"), [count]);

test("five recordings are open together, two in full, and every number is the file's own at any step", () =>
  withPage({ query: "" }, async (lab) => {
    await lab.reaches("ready");
    await open(lab, await bundled(FIVE));
    await openedAll(lab, 8);
    assert.deepEqual(await roles(lab), ["1a", "2b", "3", "4", "5", "6", "7", "8"]);
    await lab.click("#open-runs summary");

    // A and B are others: the deep pair in full, and what they were is overlaid.
    await lab.click('#open-runs [data-open-run="4"] input[name="run-a"]');
    await lab.click('#open-runs [data-open-run="5"] input[name="run-b"]');
    await lab.waitFor("shows the deep pair", () => document.querySelectorAll("#profile-table tbody tr").length === 27);
    assert.deepEqual(await roles(lab), ["1", "2", "3", "4a", "5b", "6", "7", "8"]);
    await lab.press("Home", "#history-slider");
    for (let further = 0; further < 7; further += 1) await lab.press("ArrowRight", "#history-slider");
    await lab.waitFor("looks back", () => document.querySelector("#lab").dataset.viewedStep !== undefined);
    const step = Number(await lab.attribute("#lab", "data-viewed-step"));
    assert.ok(step > 0);
    for (const [number, name, lane] of [[1, "zero-gamma", "a"], [2, "first", "a"], [3, "first", "b"], [6, "resnet18-start", "a"], [8, "fashion-no-norm", "b"]]) {
      const record = await recordAt(name, lane, step);
      const shown = await overlaid(lab, number);
      assert.deepEqual(shown, { step: record.step, loss: record.loss, blocks: record.columns.grad_in_l2.filter((value) => value !== null) }, name);
    }
    const own = await recordAt("resnet56", "a", step);
    assert.deepEqual((await lab.profile()).map((row) => row.grad_in_l2), own.columns.grad_in_l2);
    // And so does the table that leaves the page.
    await lab.click("#export");
    const csv = (await handedOut(lab, "#export-profile-csv")).bytes.toString().trim().split("\n").map((line) => line.split(","));
    const blocksOf = (name) => csv.filter(([lane, , , , block]) => lane === name && !["stem", "head"].includes(block)).map((row) => Number(row[5]));
    assert.deepEqual([...new Set(csv.slice(1).map(([lane]) => lane))], ["a", "b", "1", "2", "3", "6", "7", "8"]);
    for (const number of [1, 3, 7]) assert.deepEqual(blocksOf(String(number)), (await overlaid(lab, number)).blocks);
    await lab.press("Escape");
    await lab.disappears("#exporting[open]");
    // Each has its line, with dashes of its own, and its number; those of another depth are said to be stretched.
    for (const chart of ["#profile-chart", "#learning-chart"]) {
      const numbers = await lab.evaluate((chart) => [...document.querySelectorAll(`${chart} .overlaid-number`)].map((text) => text.textContent), chart);
      assert.deepEqual(numbers.map(Number).sort(), [1, 2, 3, 6, 7, 8], chart);
    }
    assert.equal((await lab.text(".recorded-files")).match(/over relative depth/g).length, 6);
    await lab.waitFor("tells those who do not see it", () => / 3 ResNet-20 .*skips closed: /.test(document.querySelector("#profile-chart").getAttribute("aria-label")));

    // Another quantity: the table follows.
    await lab.choose("#plot", "weight_grad_l2");
    const weights = (await recordAt("zero-gamma", "a", step)).columns.weight_grad_l2;
    await lab.waitFor("reads it off", (first) => Number(document.querySelector('#overlaid-table [data-row="1"] td').dataset.value) === first, [weights[0]]);

    // One is closed: the first that was only overlaid takes its place.
    await lab.click('#open-runs [data-open-run="4"] button');
    await openedAll(lab, 7);
    assert.deepEqual(await roles(lab), ["1a", "2", "3", "5b", "6", "7", "8"]);
    await lab.click("#close-recording");
    await lab.appears('#lab[data-source="recording"][data-state="ready"], #lab[data-source="live"]');
    assert.equal(await lab.count("#open-runs, #overlaid-table"), 0);
  }));

test("runs are counted, named by what becomes of their skips, and Reset leads to the start", () =>
  withPage({ query: "" }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.text("#reset"), "Reset");
    await open(lab, await bundled(["fade", "zero-gamma"]));
    await openedAll(lab, 3);
    assert.match(await lab.text(".question"), /^3 runs that were recorded\./);
    assert.match(await lab.text('[data-open-run="1"] th'), /batch norm · skips faded out/);
    assert.match(await lab.text('[data-open-run="3"] th'), /skips open/);
    assert.equal(await lab.text("#reset"), "To the start");
    await lab.click("#reset");
    await lab.appears('#lab[data-viewed-step="0"]');
  }));

test("what is dropped is added, a damaged file is named, and who asks for it opens in place of the rest", () =>
  withPage({ query: "compare=0&depth=8&width=4" }, async (lab) => {
    await lab.reaches("ready");
    const [small, other] = await bundled(["resnet18-start", "vgg19-start"]);
    await open(lab, [small], "drop");
    await lab.appears('#lab[data-source="recording"]');
    await open(lab, [["notes.txt", "milk, bread\n"], other, small], "drop");
    await openedAll(lab, 3);
    assert.match(await lab.notice(), /^notes\.txt: line 1: it is no JSON object[^.]*\.×$/);
    assert.deepEqual(await roles(lab), ["1a", "2b", "3"]);
    // By the keyboard: the radio buttons of A go from run to run.
    await lab.click("#open-runs summary");
    await lab.press("ArrowDown", '#open-runs [data-open-run="1"] input[name="run-a"]');
    await lab.waitFor("the two change places", () => document.querySelector('[data-open-run="2"]').dataset.shownAs === "a");
    assert.deepEqual(await roles(lab), ["1b", "2a", "3"]);
    await lab.click("#open");
    await lab.appears("#library li:nth-child(10) .listed");
    await lab.click("#open-instead");
    await open(lab, [other]);
    await lab.waitFor("closes the others", () => document.querySelectorAll("#open-runs").length === 0);
    assert.match(await lab.text("#recording"), /vgg19-start/);
  }));

test("twelve runs are open at most, and a link names each recording", () =>
  withPage({ query: ["fade", "first", "resnet56", "fashion-no-norm"].map((name) => `run=assets/recordings/${name}.headwater.jsonl.gz`).join("&") }, async (lab) => {
    await openedAll(lab, 8);
    await open(lab, await bundled(["fashion-batch-norm", "fade", "first"]));
    await openedAll(lab, 12);
    await lab.waitFor("says what is left out", () => /first\.headwater\.jsonl\.gz: 12 runs at most/.test(document.querySelector("#notice").textContent));
    await lab.click("#open-runs summary");
    await lab.click('#open-runs [data-open-run="1"] button');
    await lab.click('#open-runs [data-open-run="2"] button');
    await lab.waitFor("its link names it no more", () => !decodeURIComponent(location.search).includes("fade") && location.search.includes("resnet56"));
  }));

test("an embed shows two and says so", () =>
  withPage({ query: "embed=1&run=assets/recordings/first.headwater.jsonl.gz&run=assets/recordings/zero-gamma.headwater.jsonl.gz" }, async (lab) => {
    await lab.waitFor("says so", () => /zero-gamma.*: 2 runs at most are shown together here/.test(document.querySelector("#notice").textContent));
    assert.equal(await lab.count('#lab[data-source="recording"] #profile-table-b'), 1);
  }));

for (const [width, height, colorScheme] of [[1280, 800, "light"], [390, 844, "dark"]]) {
  test(`the list and the lines have room at ${width} px, ${colorScheme}`, () =>
    withPage({ query: "compare=0&depth=8&width=4", viewport: { width, height }, colorScheme }, async (lab) => {
      await lab.reaches("ready");
      await open(lab, await bundled(FIVE));
      await openedAll(lab, 8);
      await lab.screenshot(`eight-runs-${width}`, { fullPage: true });
      await lab.click("#open-runs summary");
      await lab.screenshot(`eight-runs-${width}-listed`, { fullPage: true });
      assert.equal(await lab.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "nothing overflows");
      const sizes = await lab.boxes("#open-runs label, #open-runs button");
      assert.ok(sizes.length === 24 && sizes.every((box) => box.width >= 24 && box.height >= 24));
    }));
}
