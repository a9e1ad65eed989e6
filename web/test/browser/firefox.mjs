// Firefox, by puppeteer over WebDriver BiDi.

import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";
import { fromEnvironment } from "./index.mjs";

/** Starts FIREFOX. */
export async function launch() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: fromEnvironment("FIREFOX"),
    headless: true,
    extraPrefsFirefox: { "datareporting.policy.dataSubmissionEnabled": false, "app.update.enabled": false },
  });
  return { newTab: (options) => newTab(browser, options), close: () => browser.close() };
}

async function newTab(browser, { viewport, patience, origin }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.setViewport(viewport);
  const complaints = collectComplaints(page, origin);
  return {
    async open(address) {
      const response = await page.goto(address);
      assert.ok(!response || response.ok(), `it was answered with ${response?.status()}`);
    },
    reload: () => page.reload(),
    resize: (width, height) => page.setViewport({ width, height }),
    evaluate: (expression) => page.evaluate(expression),
    move: (x, y) => page.mouse.move(x, y),
    down: () => page.mouse.down(),
    up: () => page.mouse.up(),
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    screenshot: (file, { fullPage }) => page.screenshot({ path: file, fullPage }),
    complaints: async () => complaints,
    close: () => context.close(),
  };
}

function collectComplaints(page, origin) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type())) {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    if (!/abort/i.test(reason)) {
      complaints.push(`request failed: ${request.url()} (${reason})`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      complaints.push(`response ${response.status()}: ${response.url()}`);
    }
  });
  page.on("request", (request) => {
    const { protocol, origin: from } = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(protocol) && from !== new URL(origin).origin) {
      complaints.push(`request to a third party: ${request.url()}`);
    }
  });
  return complaints;
}
