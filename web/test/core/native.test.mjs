// Runs in the program that serves the page: `headwater serve`, as a visitor meets it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import net from "node:net";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fromEnvironment } from "../browser/index.mjs";
import { test, withPage } from "../harness.mjs";

const SMALL = "data=digits&depth=8&width=4&eval_every=0";

/** Programs and wires that the tests of this file began. */
const ends = [];
after(() => ends.forEach((end) => end()));

/** Begins a program; gives the address that it prints, with its token. */
async function serve(...words) {
  const program = spawn(fromEnvironment("HEADWATER_PROGRAM"), ["serve", "--port", "0", "--threads", "2", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  ends.push(() => program.kill());
  for await (const line of createInterface(program.stdout)) {
    const found = /^serving (\S+)$/.exec(line);
    if (found) return found[1];
  }
  throw new Error("the program ended before it served");
}

/** A wire to a program that can be cut: the address through it, and what cuts its connections and mends it. */
async function wire(address) {
  const url = new URL(address);
  const port = Number(url.port);
  const connections = new Set();
  let cut = false;
  const server = net.createServer((socket) => {
    if (cut) return socket.destroy();
    const other = net.connect(port, url.hostname);
    for (const [one, two] of [[socket, other], [other, socket]]) {
      connections.add(one);
      one.pipe(two);
      one.on("error", () => {}).on("close", () => connections.delete(one) && two.destroy());
    }
  });
  await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
  ends.push(() => server.close());
  url.port = server.address().port;
  return {
    address: url.href,
    cut() {
      cut = true;
      connections.forEach((connection) => connection.destroy());
    },
    mend() {
      cut = false;
    },
  };
}

const step = async (lab) => Number(await lab.says("step"));

test("the program trains what the page asks for: skips, two runs in lock-step, its own engine", async () => {
  const address = await serve();
  await withPage({ address, query: `${SMALL}&steps=100000` }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.says("source"), "native");
    assert.equal(await lab.says("engine"), "2 threads");
    assert.match(await lab.text("#settings-line"), /^this computer: 2 threads · /);
    assert.equal(await lab.count("#loss-b"), 1);
    await lab.click("#play");
    await lab.reachesStep(40);
    await lab.click(`[data-block="layer2.0"][data-lane="a"] [role="switch"]`);
    const from = await step(lab);
    await lab.reachesStep(from + 20);
    await lab.click("#play");
    await lab.reaches("paused");
    await lab.waitFor("has the change in its link", () => /events=\d+(:|%3A)layer2\.0(=|%3D)0/.test(location.search));
    const [a, b] = [await lab.value("#loss"), await lab.value("#loss-b")];
    assert.ok(Number.isFinite(a) && Number.isFinite(b), `${a} ${b}`);
    // Neither the link nor anything else on the page holds the token.
    const token = new URL(address).hash.slice("#token=".length);
    assert.ok(token.length === 32 && !(await lab.evaluate(() => document.documentElement.outerHTML)).includes(token));
  });
});

for (const [width, height] of [[1280, 800], [390, 844]]) {
  test(`at ${width}×${height} who computes is said before the first press and while it trains, and a lost connection warns`, async () => {
    const own = await wire(await serve());
    await withPage({ address: own.address, query: "", viewport: { width, height }, expected: [/./] }, async (lab) => {
      await lab.appears('#lab[data-source="recording"][data-state="ready"]');
      const seen = async (words) => {
        assert.equal(await lab.text(".badge.of-program"), words);
        const badge = await lab.box(".badge.of-program");
        assert.ok(badge.height > 10 && badge.top + badge.height <= height, JSON.stringify(badge));
        assert.ok(badge.left >= 0 && badge.left + badge.width <= width, JSON.stringify(badge));
      };
      await seen("this computer: 2 threads");
      await lab.screenshot(`native-first-${width}`);
      await lab.click("#play");
      await lab.reachesStep(5);
      await seen("live · this computer: 2 threads");
      // In a window without room for them the line of settings has them.
      if (width < 900) assert.ok((await lab.box(".badge > .threads")).width > 10);
      await lab.screenshot(`native-trains-${width}`);
      const ground = () => lab.evaluate(() => getComputedStyle(document.querySelector(".badge.of-program")).backgroundColor);
      const good = await ground();
      own.cut();
      await lab.appears(".badge.cut-off");
      await seen("no connection");
      assert.notEqual(await ground(), good);
      await lab.screenshot(`native-cut-off-${width}`);
    });
  });
}

test("what is measured in the program is what the browser measures, as far as rounding goes", async () => {
  const address = await serve();
  const losses = [];
  for (const options of [{ address }, {}]) {
    await withPage({ ...options, query: `${SMALL}&compare=0` }, async (lab) => {
      await lab.reaches("ready");
      await lab.stepOnce(3);
      losses.push([await lab.value("#loss"), ...(await lab.profile()).map((row) => row.grad_in_l2)]);
    });
  }
  losses[0].forEach((value, index) => assert.ok(Math.abs(value / losses[1][index] - 1) < 1e-3, `${losses}`));
});

test("a connection that is lost is said and taken up again, and the run went on meanwhile", async () => {
  const own = await wire(await serve());
  await withPage({ address: own.address, query: `${SMALL}&compare=0&steps=100000`, expected: [/./] }, async (lab) => {
    await lab.reaches("ready");
    await lab.click("#play");
    await lab.reachesStep(20);
    own.cut();
    await lab.waitFor("says so", () => document.querySelector("#notice").textContent.includes("is being taken up again"));
    const there = await step(lab);
    own.mend();
    await lab.waitFor("is there again", () => !document.querySelector("#notice").textContent.includes("is being taken up again"));
    await lab.reachesStep(there + 50);
    await lab.click("#play");
    await lab.reaches("paused");
    // No step is missing.
    const updates = (await step(lab)) + 1;
    assert.ok(updates > there, `${updates}`);
    await lab.stepOnce();
    await lab.click("#play");
    await lab.reachesStep(updates + 5);
  });
});

test("a page that comes later watches, takes over, and a reloaded one goes on", async () => {
  const address = await serve();
  await withPage({ address, query: `${SMALL}&compare=0&steps=100000` }, async (first) => {
    await first.reaches("ready");
    await first.click("#play");
    await first.reachesStep(30);
    await withPage({ address, query: "" }, async (second) => {
      await second.reaches("running");
      await second.reachesStep(30);
      assert.match(await second.notice(), /Another page drives these runs/);
      assert.match(await second.text("#settings-line"), /ResNet-8/i);
      const seen = await step(second);
      // It only watches.
      assert.equal(await second.evaluate(() => document.querySelector("#play").disabled), true);
      await second.reachesStep(seen + 20);
      assert.equal(await second.says("state"), "running");
      await second.click("#drive");
      await second.reaches("running");
      await second.waitFor("drives", () => !document.querySelector("#notice").textContent.includes("Another page"));
      await first.waitFor("watches", () => document.querySelector("#notice")?.textContent.includes("Another page"));
      await second.click("#play");
      await second.reaches("paused");
      await first.reaches("paused");
      const rests = await step(second);
      await second.reload();
      await second.reaches("paused");
      assert.equal(await step(second), rests);
      await second.click("#play");
      await second.reachesStep(rests + 10);
    });
  });
});

test("on the printed address a page that is loaded again shows the run that is there", async () => {
  const address = await serve();
  await withPage({ address, query: "" }, async (lab) => {
    await lab.waitFor("shows the picture", () => document.querySelector("#play")?.textContent.includes("yourself"));
    assert.match(await lab.text("#settings-line"), /^this computer: 2 threads · /);
    await lab.click("#play");
    await lab.reachesStep(5);
    await lab.click("#play");
    await lab.reaches("paused");
    const rests = await step(lab);
    await lab.evaluate(() => { history.replaceState(null, "", "/" + location.hash); });
    await lab.reload();
    await lab.reaches("paused");
    assert.equal(await step(lab), rests);
    // A link with settings of its own: the run that is there stays until it is asked for.
    await lab.evaluate(() => { history.replaceState(null, "", "/?width=10" + location.hash); });
    await lab.reload();
    await lab.reaches("paused");
    assert.match(await lab.notice(), /the link’s settings are for a new run/);
    await lab.click("#link-run");
    await lab.reaches("ready");
    assert.match(await lab.text("#settings-line"), /width 10/);
  });
});

test("without its program a page says so, and the browser computes", async () => {
  const address = await serve();
  const wrong = address.replace(/token=.*/, "token=0123456789abcdef0123456789abcdef");
  await withPage({ address: wrong, query: `${SMALL}&compare=0`, expected: [/401/] }, async (lab) => {
    await lab.reaches("ready");
    assert.equal(await lab.says("source"), "live");
    assert.match(await lab.notice(), /does not know the token/);
    await lab.stepOnce();
  });
  // What Share hands out has no token.
  const shared = address.replace(/#.*/, "");
  await withPage({ address: shared, query: `${SMALL}&compare=0&source=native` }, async (lab) => {
    await lab.reaches("ready");
    assert.match(await lab.notice(), /its address has no token/);
    // The printed address in the same tab.
    await lab.evaluate((hash) => { location.hash = hash; }, new URL(address).hash);
    await lab.waitFor("is computed by the program", () => document.querySelector("[data-source]")?.dataset.source === "native");
  });
});
