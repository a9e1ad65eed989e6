// A page of the served site in a real Chromium, with everything that goes wrong in it collected: for the browser tests
// (harness.mjs) and for what is measured (measure.mjs).
//
// From the environment: CHROME (the browser), HEADWATER_URL (where the site is served) and, if pictures are not to go to
// target/screenshots, HEADWATER_SCREENSHOTS (a folder).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a page may take to say what a test waits for. Two cores that also compile are slow. */
const PATIENCE_MILLISECONDS = 60_000;

const SCREENSHOTS =
  process.env.HEADWATER_SCREENSHOTS ?? fileURLToPath(new URL("../../target/screenshots", import.meta.url));

function fromEnvironment(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; \`cargo xtask test\` sets it for the browser tests`);
  return value;
}

/** Where the site is served, with a slash at its end. */
export const siteUrl = () => new URL(fromEnvironment("HEADWATER_URL")).href;

/** A new browser in a fresh profile. */
export const launchBrowser = () =>
  chromium.launch({ executablePath: fromEnvironment("CHROME"), args: CHROMIUM_ARGUMENTS });

/**
 * Opens the page in a context of its own, as if in a fresh profile, runs the body on it, and fails if anything went
 * wrong in the page that the options did not announce.
 *
 * Options, all optional:
 * - `query`: the page's parameters, as text or as an object;
 * - `path`: another file of the site than its front page;
 * - `viewport` ({width, height}), `colorScheme` ("light" | "dark"), `reducedMotion` ("reduce" | "no-preference");
 * - `files`: pairs of an address pattern and a playwright route handler that answers in place of the server;
 * - `expected`: texts or regular expressions; complaints that contain or match one are no failure;
 * - `patience`: how long the page may take to say what is waited for, in milliseconds;
 * - `prepare`: what is done with playwright's page before it goes to the site;
 * - `context`: further options of playwright's `browser.newContext`, such as `javaScriptEnabled`.
 */
export async function withLab(browser, options, body) {
  const { query = "", path: file = "", viewport = { width: 1280, height: 800 }, files = [], expected = [] } = options;
  const { colorScheme = "light", reducedMotion = "no-preference", patience = PATIENCE_MILLISECONDS } = options;
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion, ...options.context });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const complaints = collectComplaints(page);
    const lab = new Lab(page, complaints);
    try {
      const address = new URL(file, siteUrl());
      address.search = new URLSearchParams(query).toString();
      for (const [pattern, answer] of files) {
        await page.route(pattern, answer);
      }
      await options.prepare?.(page);
      await open(page, address.href);
      await body(lab);
    } catch (error) {
      await lab.screenshot(`failed-${Date.now()}`).catch(() => {});
      error.message += complaintsAsText("\nThe page also complained:", complaints);
      throw error;
    }
    const unexpected = complaints.filter((text) => !expected.some((pattern) => matches(pattern, text)));
    if (unexpected.length > 0) {
      assert.fail(complaintsAsText("The page complained:", unexpected));
    }
  } finally {
    await context.close();
  }
}

async function open(page, address) {
  const response = await page.goto(address).catch((error) => {
    throw new Error(`cannot open ${address}: ${error.message.split("\n")[0]}`);
  });
  assert.ok(response.ok(), `cannot open ${address}: it was answered with ${response.status()}`);
}

const matches = (pattern, text) => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text));

const complaintsAsText = (title, complaints) =>
  complaints.length === 0 ? "" : [title, ...complaints.map((text) => `- ${text}`)].join("\n");

/** A list that fills with one line for each thing that goes wrong in the page or in its workers. */
function collectComplaints(page) {
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
    const { protocol, origin } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && origin !== new URL(siteUrl()).origin) {
      complaints.push(`request to a third party: ${request.url()}`);
    }
  });
  return complaints;
}

/** One open page, as a test sees it. */
class Lab {
  /** Playwright's page, for all that has no shorter name here. */
  page;
  /** What has gone wrong so far. */
  complaints;

  constructor(page, complaints) {
    this.page = page;
    this.complaints = complaints;
  }

  /** Waits until `#lab` is in one of these states; a page that fails instead is an error at once. */
  async reaches(...states) {
    await this.#waits(`reaches ${states.join(" or ")}`, (lab, states) => states.includes(lab.dataset.state), states);
  }

  /** Waits until `#lab` has made this many steps. It looks in every frame, or every so many milliseconds. */
  async reachesStep(step, polling = "raf") {
    await this.#waits(`reaches step ${step}`, (lab, step) => Number(lab.dataset.step) >= step, step, polling);
  }

  /** One `data-` attribute of `#lab`: `await lab.says("steps-per-second")`. */
  async says(name) {
    return this.page.locator("#lab").getAttribute(`data-${name}`);
  }

  /** The number in `data-value` of an element. */
  async value(selector) {
    return Number(await this.page.locator(selector).getAttribute("data-value"));
  }

  /** What the page last told its user in one sentence. */
  async notice() {
    return (await this.page.locator("#notice").textContent())?.trim();
  }

  /** Writes a picture of the window (or with `fullPage` of the page) to target/screenshots; gives the file's name. */
  async screenshot(name, options = {}) {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = path.join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path: file, ...options });
    return file;
  }

  /**
   * Waits until `holds(lab, argument)`, evaluated in the page, is true. A page in the state `failed` will not get there,
   * so it ends the wait, unless that is what is waited for.
   */
  async #waits(what, holds, argument, polling = "raf") {
    const outcome = await this.page
      .waitForFunction(
        ([source, argument]) => {
          const lab = document.querySelector("#lab");
          if (!lab) return null;
          if (new Function(`return (${source})`)()(lab, argument)) return "reached";
          return lab.dataset.state === "failed" ? "failed" : null;
        },
        [holds.toString(), argument],
        { polling },
      )
      .then((handle) => handle.jsonValue())
      .catch((error) => `no: ${error.message.split("\n")[0]}`);
    if (outcome !== "reached") {
      assert.fail(`the page never ${what} (${outcome}); ${await this.#situation()}`);
    }
  }

  async #situation() {
    return this.page.evaluate(() => {
      const lab = document.querySelector("#lab");
      const notice = document.querySelector("#notice")?.textContent?.trim();
      return lab ? `#lab: ${JSON.stringify(lab.dataset)}, notice: ${notice || "none"}` : "there is no #lab";
    });
  }
}
