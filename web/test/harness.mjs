// What every browser test needs: a page of the served site in a real Chromium, with everything that goes wrong in it
// collected. `cargo xtask test` sets CHROME (the browser), HEADWATER_URL (where the site is served) and
// HEADWATER_SCREENSHOTS (a folder).
//
//     test("the page trains", () =>
//       withPage({ query: "model=resnet8&play=1" }, async (lab) => {
//         await lab.reachesStep(10);
//         assert.ok((await lab.value("#loss")) < 2.5);
//       }));
//
// Tests never sleep: they wait for what the page says of itself in `data-state` and `data-step` of `#lab`.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after } from "node:test";
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
  assert.ok(value, `${name} is not set; run the browser tests with \`cargo xtask test\``);
  return value;
}

/** Where the site is served, with a slash at its end. */
export const siteUrl = () => new URL(fromEnvironment("HEADWATER_URL")).href;

// One browser for all tests of a file; each test gets a context of its own, as if in a fresh profile.
let browser;

async function launchedBrowser() {
  browser ??= chromium.launch({ executablePath: fromEnvironment("CHROME"), args: CHROMIUM_ARGUMENTS });
  return browser;
}

after(async () => {
  await (await browser)?.close();
});

/**
 * Opens the page, runs the test on it, and fails if anything went wrong in the page that the test did not announce.
 *
 * Options, all optional:
 * - `query`: the page's parameters, as text or as an object;
 * - `path`: another file of the site than its front page;
 * - `viewport` ({width, height}), `colorScheme` ("light" | "dark"), `reducedMotion` ("reduce" | "no-preference");
 * - `files`: pairs of an address pattern and a playwright route handler that answers in place of the server;
 * - `expected`: texts or regular expressions; complaints that contain or match one are no failure;
 * - `context`: further options of playwright's `browser.newContext`, such as `javaScriptEnabled`.
 */
export async function withPage(options, body) {
  const { query = "", path: file = "", viewport = { width: 1280, height: 800 }, files = [], expected = [] } = options;
  const { colorScheme = "light", reducedMotion = "no-preference" } = options;
  const context = await (await launchedBrowser()).newContext({
    viewport,
    colorScheme,
    reducedMotion,
    ...options.context,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    const complaints = collectComplaints(page);
    const lab = new Lab(page, complaints);
    try {
      const address = new URL(file, siteUrl());
      address.search = new URLSearchParams(query).toString();
      for (const [pattern, answer] of files) {
        await page.route(pattern, answer);
      }
      await page.goto(address.href);
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

  /** Waits until `#lab` has made this many steps. */
  async reachesStep(step) {
    await this.#waits(`reaches step ${step}`, (lab, step) => Number(lab.dataset.step) >= step, step);
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
  async #waits(what, holds, argument) {
    const outcome = await this.page
      .waitForFunction(
        ([source, argument]) => {
          const lab = document.querySelector("#lab");
          if (!lab) return null;
          if (new Function(`return (${source})`)()(lab, argument)) return "reached";
          return lab.dataset.state === "failed" ? "failed" : null;
        },
        [holds.toString(), argument],
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
