// What is handed on: links to a run, to its moment, a frame, a citation; the question before a long run is left; the page on
// a projector; and the way back from a learning rate that was far too large.

import assert from "node:assert/strict";
import { test, withPage } from "./harness.mjs";

const SMALL = "depth=8&width=4&compare=1";
const profile = (page) =>
  page.$$eval("#profile-table [data-value]", (cells) => cells.map((cell) => cell.dataset.value).join(" "));
const textOf = (page, id) => page.inputValue(`#${id}-text`);

test("a link to a moment makes the run again up to it, to the last digit", () =>
  withPage({ query: SMALL }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.click("#share");
    assert.match(await page.textContent("#sharing"), /could lead to/, "there is no moment yet");
    await page.keyboard.press("Escape");
    for (let step = 1; step <= 3; step += 1) {
      await page.click("#step-once");
      await lab.reachesStep(step);
    }
    await page.click('[data-block="layer2.0"][data-lane="a"] [role="switch"]');
    for (let step = 4; step <= 6; step += 1) {
      await page.click("#step-once");
      await lab.reachesStep(step);
    }
    await page.click('[data-block="layer3.0"][data-lane="a"] .box-button');
    await page.click("#share");
    const moment = await textOf(page, "share-moment");
    const shown = await profile(page);
    assert.match(moment, /block=layer3\.0/);
    assert.match(moment, /step=5/);
    assert.match(await textOf(page, "embed"), /<iframe src="[^"]*embed=1[^"]*"/);
    for (const id of ["cite", "cite-bibtex"]) assert.match(await textOf(page, id), /Headwater developers/);
    await lab.screenshot("share");
    await lab.open("", new URL(moment).search.slice(1));
    await lab.reachesStep(6);
    await lab.reaches("paused");
    assert.equal(await page.getAttribute('[data-block="layer3.0"][data-lane="a"] .box-button', "aria-pressed"), "true");
    await page.waitForFunction((shown) => {
      const cells = [...document.querySelectorAll("#profile-table [data-value]")];
      return cells.map((cell) => cell.dataset.value).join(" ") === shown;
    }, shown);
  }));

test("what is copied is what stands there", () =>
  withPage({ query: SMALL }, async (lab) => {
    const { page } = lab;
    await lab.reaches("ready");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click("#share");
    await page.click("#share-link");
    await page.waitForFunction(() => document.querySelector("#share-link").textContent === "Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await textOf(page, "share-link"));
  }));

test("a long run that was not saved is not left without a question", () =>
  withPage({ query: "depth=20&width=16&batch=256&compare=0&play=1" }, async (lab) => {
    const { page } = lab;
    const asks = () =>
      page.evaluate(() => {
        const event = new Event("beforeunload", { cancelable: true });
        dispatchEvent(event);
        return event.defaultPrevented;
      });
    await lab.reaches("running");
    assert.equal(await asks(), false, "it has only begun");
    await page.waitForFunction(() => {
      const event = new Event("beforeunload", { cancelable: true });
      dispatchEvent(event);
      return event.defaultPrevented;
    });
    await page.click("#play");
    await lab.reaches("paused");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("#save").then(() => page.click("#save-recording")),
    ]);
    await download.delete();
    assert.equal(await asks(), false, "it is saved");
  }));

test("with a thousand times the learning rate the page names block and step, and one click goes back", () =>
  withPage({ query: "compare=0&play=1" }, async (lab) => {
    const { page } = lab;
    await lab.reachesStep(150);
    await page.click("#play");
    await lab.reaches("paused");
    await page.click("#more");
    await page.fill("#set-lr", "50");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.click("#play");
    await lab.reaches("failed");
    assert.match(await lab.notice(), /at step \d+ .*arises (in block \d+|after the last block)/);
    await lab.screenshot("rate-too-large");
    await page.click("#smaller-rate");
    await page.waitForSelector('#lab[data-state="running"]');
    assert.doesNotMatch(await lab.notice(), /finite/);
    assert.doesNotMatch(page.url(), /lr=50/);
    await page.click("#play");
    await lab.reaches("paused");
    assert.ok(Number.isFinite(await lab.value("#loss")));
  }));

test("a network that such a rate killed at its first steps is told with step and block, and one click trains again", () =>
  withPage({ query: "compare=0&lr=50&play=1&steps=100" }, async (lab) => {
    const { page } = lab;
    await page.waitForSelector("#smaller-rate");
    const said = `${await page.textContent("#surprise")} ${await lab.notice()}`;
    assert.match(said, /step \d+/);
    assert.match(said, /block \d|some layer/);
    await lab.screenshot("rate-kills");
    await page.click("#smaller-rate");
    await page.waitForSelector("#smaller-rate", { state: "detached" });
    await lab.reaches("done");
    assert.ok((await lab.value("#loss")) < 3);
    assert.doesNotMatch(page.url(), /lr=/);
  }));

test("on a projector one panel has the room, by keys and by its buttons, and all is as before afterwards", () =>
  withPage({ query: `${SMALL}&steps=5&play=1`, viewport: { width: 1280, height: 800 } }, async (lab) => {
    const { page } = lab;
    await lab.reaches("done");
    const seen = () =>
      page.$$eval(".window > :is(.chart-card, .inspector-card)", (cards) =>
        cards.filter((card) => card.getBoundingClientRect().height > 0).map((card) => card.className),
      );
    const all = await seen();
    await page.keyboard.press("p");
    await page.waitForSelector('#lab[data-large="river"]');
    for (const [key, name] of [["2", "profile"], ["3", "history"], ["4", "learning"], ["5", "inspector"], ["1", "river"]]) {
      await page.keyboard.press(key);
      await page.waitForSelector(`#lab[data-large="${name}"]`);
      const [only, ...others] = await seen();
      assert.ok(only.includes(`${name}-card`) && others.length === 0, `${name}: ${[only, ...others]}`);
      const bottom = await page.$eval(".bar", (bar) => bar.getBoundingClientRect().bottom);
      assert.ok(bottom <= 801, `the bar ends at ${bottom} px`);
    }
    await page.click('[data-large="profile"]:is(button)');
    await page.waitForSelector('#lab[data-large="profile"]');
    await page.click("#projector");
    await page.waitForSelector("#lab:not([data-large])");
    assert.deepEqual(await seen(), all);
    await page.click("#projector");
    await page.waitForSelector('#lab[data-large="river"]');
    await page.keyboard.press("Escape");
    await page.waitForSelector("#lab:not([data-large])");
  }));
