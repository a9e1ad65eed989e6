// The page as one file: from a file, in a closed sandbox and as a srcdoc it trains, or opens the recordings inside it, and asks no
// server for anything.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { oneFile, test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&compare=0";

/** In the page: what it asked for beyond itself. */
function asked() {
  const own = ({ name }) => !/^(blob|data):/.test(name);
  return performance.getEntriesByType("resource").filter(own).map(({ name }) => name);
}

for (const name of ["headwater.html", "headwater-full.html"]) {
  test(`${name} trains from a file`, () =>
    withPage({ file: oneFile(name), query: SMALL }, async (lab) => {
      await lab.reaches("ready");
      await lab.click("#play");
      await lab.reachesStep(10);
      assert.equal(await lab.attribute("#lab", "data-source"), "live");
      assert.ok((await lab.value("#loss")) > 0);
      assert.deepEqual(await lab.evaluate(asked), []);
    }));
}

test("the larger file holds Fashion-MNIST, and the smaller one says that it does not", async () => {
  const query = SMALL.replace("digits", "fashion-mnist");
  await withPage({ file: oneFile("headwater-full.html"), query: `${query}&play=1` }, async (lab) => {
    await lab.reachesStep(2);
    assert.deepEqual(await lab.evaluate(asked), []);
  });
  await withPage({ file: oneFile("headwater.html"), query }, async (lab) => {
    await lab.waitFor("says so", () => /not in this file: headwater-full\.html/.test(document.querySelector("#notice").textContent));
    assert.deepEqual(await lab.evaluate(asked), []);
  });
});

/** A test on a page of a course that frames the file and notes what it hears; `frame` makes the frame of the file's text. */
async function withHost(frame, body) {
  const page = await readFile(oneFile("headwater.html"), "utf8");
  const host = `<!doctype html><title>Course</title><link rel="icon" href="data:,"><body style="margin:0"><script>
    window.heard = [];
    addEventListener("message", ({ data }) => heard.push(data));
    const page = fetch("./page").then((answer) => answer.text());
    const frame = Object.assign(document.createElement("iframe"), { id: "frame", width: 750, height: 450, title: "Headwater" });
    (${frame})(frame, page).then(() => document.body.append(frame));
  </script>`;
  const served = (name, text) => [`**/${name}`, (route) => route.fulfill({ contentType: "text/html", body: text })];
  return withPage({ path: "host", files: [served("host", host), served("page", page)] }, async (lab) => {
    const heard = (type, holds) =>
      lab.waitFor(
        `hears ${type}`,
        `(type) => heard.find((message) => message.type === type && (${holds ?? "() => true"})(message))`,
        [type],
      );
    await body(heard, lab);
  });
}

/** Trains in the frame: it is ready, and ten steps later it has complained of nothing. */
async function trains(heard, lab, settings) {
  const ready = await heard("headwater:ready");
  for (const [name, value] of Object.entries(settings)) assert.equal(ready.settings[name], value, name);
  await lab.evaluate(() => document.querySelector("#frame").contentWindow.postMessage({ type: "headwater:play", v: 1 }, "*"));
  assert.ok((await heard("headwater:step", "({ updates }) => updates >= 10")).loss > 0);
  assert.deepEqual(await lab.evaluate(() => heard.filter(({ type }) => type === "headwater:error")), []);
}

test("in a closed sandbox it trains, with the settings of its link", () => {
  const frame = async (frame) => {
    frame.setAttribute("sandbox", "allow-scripts");
    frame.src = "./page?data=digits&depth=8&width=4&lr=0.02";
  };
  return withHost(frame, (heard, lab) => trains(heard, lab, { width: 4, lr: 0.02 }));
});

for (const [what, sandbox] of [["a srcdoc", null], ["a srcdoc in a closed sandbox", "allow-scripts"]]) {
  test(`in ${what} it trains, with the settings that stand in it`, () => {
    const frame = `async (frame, page) => {
      if (${JSON.stringify(sandbox)}) frame.setAttribute("sandbox", ${JSON.stringify(sandbox)});
      const settings = '<script type="application/json" id="headwater-settings">{"depth": 8, "width": 4, "lr": 0.03}<\\/script>';
      frame.srcdoc = (await page).replace("</head>", () => settings + "</head>");
    }`;
    return withHost(frame, (heard, lab) => trains(heard, lab, { width: 4, lr: 0.03 }));
  });
}

const RECORDINGS = new URL("../../../crate/cli/tests/recordings/", import.meta.url);
const SAVED = "0.1.0-page.headwater.jsonl.gz";

/** Writes a page with these recordings inside, as `headwater report` does; gives its file to the body. */
async function withReport(names, body) {
  const page = await readFile(oneFile("headwater-viewer.html"), "utf8");
  const place = "<!-- Recordings stand here. -->";
  assert.equal(page.split(place).length, 2);
  const element = async (name) => {
    const text = (await readFile(new URL(name, RECORDINGS))).toString("base64");
    return `<script type="text/plain" data-recording="${name}">${text}</script>`;
  };
  const elements = (await Promise.all(names.map(element))).join("\n");
  const folder = await mkdtemp(path.join(tmpdir(), "headwater-"));
  try {
    const file = path.join(folder, "report.html");
    await writeFile(file, page.replace(place, () => elements));
    await body(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a file that opens recordings shows the one inside it, number by number", async () => {
  const lines = gunzipSync(await readFile(new URL(SAVED, RECORDINGS))).toString().trim().split("\n").map((line) => JSON.parse(line));
  const of = (lane) => lines.filter((line) => line.type === "step" && (line.lane ?? "a") === lane);
  const last = of("a").at(-1);
  await withReport([SAVED], (file) =>
    withPage({ file }, async (lab) => {
      await lab.appears(`#lab[data-source="recording"][data-step="${last.step + 1}"]`);
      assert.equal(await lab.value("#loss"), last.loss);
      const shown = await lab.profile();
      const gradient = shown.map((row) => row.grad_in_l2);
      assert.deepEqual(gradient.filter((value) => value !== null), last.columns.grad_in_l2.filter((value) => value !== null));
      await lab.press("Home", "#history-slider");
      await lab.appears('#lab[data-viewed-step="0"]');
      assert.equal(await lab.value("#loss"), of("a")[0].loss);
      assert.equal(await lab.count("#make-live, #more, #compare, #save, .all-skips"), 0, "nothing is offered that takes an engine");
      assert.deepEqual(await lab.evaluate(asked), []);
      await lab.screenshot("report");
    }),
  );
});

test("without a recording that file says what it is for, and opens what is chosen or dropped", () =>
  withPage({ file: oneFile("headwater-viewer.html") }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.attribute("#lab", "data-source"), "none");
    assert.match(await lab.text("#reading"), /opens recordings and trains nothing.*Open, or drop it.*headwater\.html/);
    assert.equal(await lab.count("#play, #step-once, #reset, #make-live, #more, #compare, #save, canvas"), 0);
    const recording = (await readFile(new URL(SAVED, RECORDINGS))).toString("base64");
    for (const how of ["change", "drop"]) {
      await lab.evaluate((text, how) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], "mine.jsonl.gz"));
        const input = document.querySelector("#open-file");
        if (how === "change") input.files = transfer.files;
        const event = how === "change" ? new Event(how, { bubbles: true }) : new DragEvent(how, { bubbles: true, dataTransfer: transfer });
        input.dispatchEvent(event);
      }, recording, how);
      await lab.appears('#lab[data-source="recording"] #loss');
      await lab.click("#close-recording");
      await lab.appears('#lab[data-source="none"][data-state="ready"]');
    }
  }));
