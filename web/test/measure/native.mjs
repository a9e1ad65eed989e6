// How fast the program trains what a page asks for, beside the browser, in turn on one machine; and how long a click on a skip
// takes until the run has made the change:
//
//     cargo xtask program
//     HEADWATER_PROGRAM=target/release/headwater CHROME=/usr/bin/chromium node web/test/measure/native.mjs [QUERY] [STEPS] [PAIRS]

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [query = "", steps = "200", pairs = "3"] = process.argv.slice(2);
const CLICKS = 60;

const program = process.env.HEADWATER_PROGRAM;
const browser = await chromium.launch({ executablePath: process.env.CHROME });

/** Does something with a page of a fresh program that trains. */
async function withRun(source, body) {
  const server = spawn(program, ["serve", "--port", "0", "--threads", "2"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    for await (const line of createInterface(server.stdout)) {
      const address = /^serving (\S+)$/.exec(line)?.[1];
      if (!address) continue;
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const url = new URL(address);
      url.search = `?${query}&source=${source}&steps=100000&embed=0`;
      // Within another page, which hears of the changes.
      await page.goto(new URL("/assets/", address).href);
      await page.setContent(`<iframe style="width:1260px;height:780px;border:0" src="${url.href}"></iframe>`);
      const lab = await (await page.waitForSelector("iframe")).contentFrame();
      await lab.waitForFunction(() => document.querySelector("#lab")?.dataset.state === "ready", null, { timeout: 120_000 });
      await lab.click("#play");
      await lab.waitForFunction(() => Number(document.querySelector("#lab").dataset.step) >= 20, null, { timeout: 120_000 });
      const found = await body(page, lab);
      await page.close();
      return found;
    }
  } finally {
    server.kill();
  }
}

const speed = (_, lab) =>
  lab.evaluate(async (count) => {
    const { dataset } = document.querySelector("#lab");
    const [from, begun] = [Number(dataset.step), performance.now()];
    while (Number(dataset.step) < from + count) await new Promise((done) => setTimeout(done, 5));
    return ((Number(dataset.step) - from) / (performance.now() - begun)) * 1000;
  }, Number(steps));

async function clicks(page, lab) {
  await page.evaluate(() => {
    window.marks = [];
    addEventListener("message", ({ data }) => data?.type === "headwater:mark" && window.marks.push(Date.now()));
  });
  const took = [];
  for (let click = 0; click < CLICKS; click += 1) {
    const before = await page.evaluate(() => window.marks.length);
    const at = await lab.evaluate(() => {
      const now = Date.now();
      document.querySelector('[data-block="layer2.0"][data-lane="a"] [role="switch"]').click();
      return now;
    });
    await page.waitForFunction((before) => window.marks.length > before, before, { polling: 2 });
    took.push((await page.evaluate((before) => window.marks[before], before)) - at);
    await page.waitForTimeout(30 + Math.random() * 60);
  }
  return took.sort((one, other) => one - other);
}

for (let pair = 0; pair < Number(pairs); pair += 1) {
  const [native, own] = [await withRun("native", speed), await withRun("browser", speed)];
  console.log(`program ${native.toFixed(1)} steps/s, browser ${own.toFixed(1)}: ${(native / own).toFixed(2)} times`);
}
const took = await withRun("native", clicks);
console.log(`a click on a skip until its mark: median ${took[CLICKS / 2]} ms, p95 ${took[Math.ceil(CLICKS * 0.95) - 1]} ms`);
await browser.close();
