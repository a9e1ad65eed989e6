// The page inside an iframe of a course page: messages both ways, its URL left alone.

import assert from "node:assert/strict";
import { test, withPage } from "../harness.mjs";

const SMALL = "embed=1&data=digits&depth=8&width=4";

/** A test on a host page of the same origin with one frame and a log of the messages that come out of it. */
function withHost(query, body) {
  const host = `<!doctype html><title>Course</title><link rel="icon" href="data:,">
    <script>
      window.heard = [];
      addEventListener("message", (event) => heard.push(event.data));
    </script>
    <body style="margin:0">
    <iframe id="frame" src="./?${query}" width="525" height="450" style="border:0" title="Headwater"></iframe>`;
  const files = [["**/host", (route) => route.fulfill({ contentType: "text/html", body: host })]];
  return withPage({ path: "host", files }, async (lab) => {
    const frame = lab.frame("#frame");
    await frame.reaches("ready");
    await body(lab, frame);
  });
}

const heard = (lab, type) =>
  lab.waitFor(`sends ${type}`, (type) => window.heard.find((message) => message.type === type), [type]);

/** All messages of a type so far. */
const all = (lab, type) => lab.evaluate((type) => window.heard.filter((message) => message.type === type), type);

const tell = (lab, message) =>
  lab.evaluate((message) => document.querySelector("#frame").contentWindow.postMessage(message, "*"), message);

test("an embed obeys and reports by messages, and keeps its URL", () =>
  withHost(SMALL, async (lab, frame) => {
    const url = await frame.evaluate(() => location.href);
    assert.equal((await heard(lab, "headwater:ready")).v, 1);
    assert.ok((await heard(lab, "headwater:resize")).height > 100);
    await tell(lab, { type: "headwater:play", v: 1 });
    const step = await heard(lab, "headwater:step");
    assert.equal(step.v, 1);
    assert.ok(step.step >= 0 && step.loss > 0, JSON.stringify(step));
    await tell(lab, { type: "headwater:set", v: 1, skip: "off" });
    assert.equal((await heard(lab, "headwater:mark")).v, 1);
    assert.equal(await frame.attribute("#skip-all", "aria-checked"), "false");
    await tell(lab, { type: "headwater:set", v: 1, lr: "fast" });
    assert.match((await heard(lab, "headwater:error")).message, /lr "fast" is not accepted/);
    await tell(lab, { type: "headwater:pause", v: 1 });
    await frame.reaches("paused");
    await tell(lab, { type: "headwater:reset", v: 1 });
    await frame.appears('#lab[data-state="ready"][data-step="0"]');
    await frame.click("#step-once");
    await frame.reachesStep(1);
    await tell(lab, { type: "something:else" });
    await tell(lab, "not an object");
    assert.equal(await frame.evaluate(() => location.href), url);
    const types = await lab.evaluate(() => window.heard.filter(({ type }) => type).map(({ type }) => type));
    assert.equal(types[0], "headwater:ready", `ready is the first of ${types}`);
    assert.equal(types.filter((type) => type === "headwater:ready").length, 1);
    assert.ok(await lab.evaluate(() => window.heard.some(({ subject, height }) => subject === "lti.frameResize" && height > 100)));
  }));

test("an embed says what it does, and each block's gradient", () =>
  withHost(`${SMALL}&compare=1&steps=2`, async (lab) => {
    const ready = await heard(lab, "headwater:ready");
    assert.equal(typeof ready.build, "string");
    assert.deepEqual([ready.settings.lr, ready.settings.skip, ready.settings.skip_b], [0.05, "on", "off"]);
    await tell(lab, { type: "headwater:step", v: 1 });
    const step = await heard(lab, "headwater:step");
    for (const [letter, strength] of [["a", 1], ["b", 0]]) {
      const lane = step.lanes[letter];
      assert.deepEqual(lane.blocks, ["layer1.0", "layer2.0", "layer3.0"]);
      assert.deepEqual(lane.strengths, [strength, strength, strength]);
      assert.equal(lane.grad_in_l2.length, 3);
      assert.equal(lane.grad_out_l2.length, 3);
      assert.equal(lane.first_over_last, lane.grad_in_l2[0] / lane.grad_in_l2[2]);
    }
    await lab.waitFor("is paused", () => window.heard.some(({ state }) => state === "paused"));
    await tell(lab, { type: "headwater:play", v: 1 });
    await lab.waitFor("is done", () => window.heard.some(({ state }) => state === "done"));
    const states = (await all(lab, "headwater:state")).map(({ state }) => state);
    assert.deepEqual(states, ["ready", "running", "paused", "running", "done"]);
  }));

test("questions are answered, and what is not understood is answered once and changes nothing", () =>
  withHost(SMALL, async (lab, frame) => {
    const answer = async (id, what) => {
      await tell(lab, { type: "headwater:get", v: 1, id, what });
      const find = (id) => window.heard.find((message) => message.type === "headwater:answer" && message.id === id);
      return (await lab.waitFor(`answers ${what}`, find, [id]))[what];
    };
    assert.deepEqual(await answer(1, "state"), { state: "ready", why: null, step: 0 });
    const settings = await answer(2, "settings");
    assert.deepEqual([settings.model, settings.width, settings.embed], ["resnet8", 4, 1]);
    await tell(lab, { type: "headwater:step", v: 1 });
    await frame.appears('#lab[data-step="1"][data-state="paused"]');
    const record = (await answer(3, "record")).trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(record.map(({ type }) => type), ["header", "step"]);
    assert.equal(record[0].spec.width, 4);
    for (const message of [
      { type: "headwater:dance", v: 1 },
      { type: "headwater:play", v: 2 },
      { type: "headwater:set", v: 1, skip: "off", unheard: "of" },
      { type: "headwater:get", v: 1, what: "everything" },
    ]) {
      await tell(lab, message);
    }
    await answer(4, "state");
    const errors = await all(lab, "headwater:error");
    assert.deepEqual(errors.map(({ code }) => code), ["unknown-type", "newer-version", "unknown-setting", "bad-message"]);
    assert.equal(errors[2].key, "unheard");
    assert.equal(await frame.attribute("#skip-all", "aria-checked"), "true");
    assert.equal(await frame.says("state"), "paused");
    assert.equal(await frame.notice(), "");
  }));
