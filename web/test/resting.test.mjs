// A page that nobody sees rests, and an engine that no longer answers is noticed.

import assert from "node:assert/strict";
import { siteUrl, test, withPage } from "./harness.mjs";

const SMALL = "depth=8&width=4&steps=100000&compare=0&play=1";

const hide = (lab, hidden) =>
  lab.page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

/** Waits until the page has made no step for a while. */
async function stands(page) {
  await page.waitForFunction(() => {
    const { step } = document.querySelector("#lab").dataset;
    const now = performance.now();
    if (window.stood?.step !== step) window.stood = { step, since: now };
    return now - window.stood.since > 500;
  });
}

test("a hidden page rests, says so, and goes on by itself when it is seen", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reachesStep(10);
    await hide(lab, true);
    await lab.page.waitForSelector('#lab[data-resting="1"]');
    await stands(lab.page);
    assert.equal(await lab.says("state"), "running");
    assert.match(await lab.page.textContent(".progress"), /resting while out of sight/);
    const step = Number(await lab.says("step"));
    await hide(lab, false);
    await lab.reachesStep(step + 10);
    assert.equal(await lab.says("resting"), null);
  }));

test("a page that is to train on in the background does", () =>
  withPage({ query: `${SMALL}&background=1` }, async (lab) => {
    await lab.reachesStep(10);
    await hide(lab, true);
    await lab.reachesStep(Number(await lab.says("step")) + 20);
    assert.equal(await lab.says("resting"), null);
  }));

test("a frame that is scrolled out of sight rests, and goes on when it is back", () =>
  withPage({ path: "index.html", query: "compare=0" }, async (lab) => {
    await lab.page.waitForSelector("#lab");
    await lab.page.setContent(
      `<link rel="icon" href="data:,"><iframe id="frame" width="525" height="450"></iframe><div style="height:5000px"></div>`,
    );
    await lab.page.evaluate((source) => (document.querySelector("#frame").src = source), `${siteUrl()}?embed=1&${SMALL}`);
    const frame = await (await lab.page.waitForSelector("#frame")).contentFrame();
    await frame.waitForFunction(() => Number(document.querySelector("#lab")?.dataset.step) > 5);
    await lab.page.evaluate(() => window.scrollTo(0, 4000));
    await frame.waitForSelector('#lab[data-resting="1"]');
    await lab.page.evaluate(() => window.scrollTo(0, 0));
    await frame.waitForSelector("#lab:not([data-resting])");
    const step = Number(await frame.getAttribute("#lab", "data-step"));
    await frame.waitForFunction((step) => Number(document.querySelector("#lab").dataset.step) > step + 5, step);
  }));

test("an engine that no longer answers is said, and a new run has a fresh one", () =>
  withPage({ query: SMALL }, async (lab) => {
    await lab.reachesStep(10);
    await lab.page.evaluate(() => {
      window.post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = () => {};
    });
    await lab.page.waitForFunction(() => /no longer answers/.test(document.querySelector("#notice")?.textContent ?? ""));
    await lab.page.evaluate(() => (Worker.prototype.postMessage = window.post));
    await lab.page.click("#reset");
    await lab.reaches("ready");
    assert.equal(await lab.notice(), "");
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
  }));

test("a switch that is flipped while paused says what shows its effect", () =>
  withPage({ query: "depth=8&width=4&compare=0" }, async (lab) => {
    await lab.reaches("ready");
    await lab.page.click("#step-once");
    await lab.reachesStep(1);
    await lab.reaches("paused");
    await lab.page.click("#skip-all");
    await lab.page.waitForFunction(() => /press Step or Go on/.test(document.querySelector(".progress").textContent));
    await lab.page.click("#step-once");
    await lab.reachesStep(2);
    await lab.page.waitForFunction(() => !/press Step/.test(document.querySelector(".progress").textContent));
  }));

test("after a loss that is not finite the line of settings states the rate that is set then", () =>
  withPage({ query: "depth=20&width=4&init=he&lr=10&play=1&compare=0" }, async (lab) => {
    await lab.reaches("failed");
    await lab.page.click("#more");
    await lab.page.fill("#set-lr", "0.05");
    await lab.page.press("#set-lr", "Enter");
    await lab.page.waitForFunction(() => /SGD lr 0\.05,/.test(document.querySelector("#settings-line").textContent));
  }));
