// Chromium, by playwright.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { fromEnvironment } from "./index.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** CHROME as playwright has it. */
export const launchChromium = () => chromium.launch({ executablePath: fromEnvironment("CHROME"), args: ARGUMENTS });

/** Starts CHROME. */
export async function launch() {
  const browser = await launchChromium();
  return { newTab: (options) => newTab(browser, options), close: () => browser.close() };
}

async function newTab(browser, options) {
  const { viewport, colorScheme = "light", reducedMotion = "no-preference", patience, origin } = options;
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion, ...options.context });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const complaints = collectComplaints(page, origin);
  await options.prepare?.(page);
  return {
    page,
    async open(address) {
      const response = await page.goto(address);
      assert.ok(response.ok(), `it was answered with ${response.status()}`);
    },
    reload: () => page.reload(),
    resize: (width, height) => page.setViewportSize({ width, height }),
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
  page.on("crash", () => complaints.push("the page crashed"));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // An aborted request failed nobody: the page that wanted it is gone, as after a reload.
    if (reason !== "net::ERR_ABORTED") {
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
    if (!["data:", "blob:"].includes(protocol) && from !== new URL(origin).origin) {
      complaints.push(`request to a third party: ${request.url()}`);
    }
  });
  return complaints;
}
