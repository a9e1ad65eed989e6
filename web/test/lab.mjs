// A page of the served site in a real browser, with everything that goes wrong in it collected: for the browser tests
// (harness.mjs) and for what is measured (measure.mjs). What a test asks is written once and runs in every browser; what
// only one of them can do is behind `lab.page`.
//
// From the environment: BROWSER (browser/index.mjs), CHROME or what else the browser needs, HEADWATER_URL (where the site
// is served), for tests of pages that are one file HEADWATER_ONE_FILE (their folder) and, if pictures are not to go to
// target/screenshots, HEADWATER_SCREENSHOTS (a folder).

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startFront } from "./browser/front.mjs";
import { fromEnvironment } from "./browser/index.mjs";

export { launchBrowser } from "./browser/index.mjs";

/** How long a page may take to say what a test waits for. Two cores that also compile are slow. */
const PATIENCE_MILLISECONDS = 60_000;

/** A page that gives no answer at all for this long hangs. */
const ANSWER_MILLISECONDS = 120_000;

/** One look from within the page at what is waited for takes this long at most; then it is asked again. */
const LOOK_MILLISECONDS = 2_000;

/** Between two looks within the page. */
const POLL_MILLISECONDS = 15;

const SCREENSHOTS =
  process.env.HEADWATER_SCREENSHOTS ?? fileURLToPath(new URL("../../target/screenshots", import.meta.url));

/** Where the site is served, with a slash at its end. */
export const siteUrl = () => new URL(fromEnvironment("HEADWATER_URL")).href;

/** A page that is one file. */
export const oneFile = (name) => path.join(fromEnvironment("HEADWATER_ONE_FILE"), name);

/**
 * Opens the page as if in a fresh profile, runs the body on it, and fails if anything went wrong in the page that the
 * options did not announce.
 *
 * Options, all optional:
 * - `query`: the page's parameters, as text or as an object;
 * - `path`: another file of the site than its front page;
 * - `address`: another site, with whatever fragment it has;
 * - `file`: a file of this computer in place of the site;
 * - `viewport` ({width, height});
 * - `files`: pairs of an address pattern and a function of a `Route` (browser/front.mjs) that answers in place of the
 *   server;
 * - `expected`: texts or regular expressions; complaints that contain or match one are no failure;
 * - `patience`: how long the page may take to say what is waited for, in milliseconds.
 *
 * And in Chromium:
 * - `colorScheme` ("light" | "dark"), `reducedMotion` ("reduce" | "no-preference");
 * - `prepare`: what is done with playwright's page before it goes to the site;
 * - `context`: further options of playwright's `browser.newContext`, such as `javaScriptEnabled`.
 */
export async function withLab(browser, options, body) {
  const { files = [], expected = [], viewport = { width: 1280, height: 800 } } = options;
  const { patience = PATIENCE_MILLISECONDS } = options;
  const isServed = options.file === undefined && options.address === undefined;
  const front = isServed && (files.length > 0 || browser.listener) ? await startFront(siteUrl(), files, browser.listener) : undefined;
  const elsewhere = () => options.address ?? pathToFileURL(options.file).href;
  const origin = front?.address ?? (isServed ? siteUrl() : elsewhere());
  const tab = await browser.newTab({ ...options, viewport, patience, origin });
  const complaints = async () => [...(await tab.complaints()), ...(browser.listener && front ? front.refused : [])];
  try {
    const lab = new Lab(tab, { origin, patience });
    try {
      await lab.open(options.path, options.query);
      await body(lab);
    } catch (error) {
      await lab.screenshot(`failed-${Date.now()}`).catch(() => {});
      error.message += complaintsAsText("\nThe page also complained:", await complaints().catch(() => []));
      throw error;
    }
    const unexpected = (await complaints()).filter((text) => !expected.some((pattern) => matches(pattern, text)));
    if (unexpected.length > 0) {
      assert.fail(complaintsAsText("The page complained:", unexpected));
    }
  } finally {
    await tab.close();
    front?.close();
  }
}

const matches = (pattern, text) => (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text));

const complaintsAsText = (title, complaints) =>
  complaints.length === 0 ? "" : [title, ...complaints.map((text) => `- ${text}`)].join("\n");

/**
 * In the page: where an element is, in CSS px of the window. Before the property `currentCSSZoom` came (WebKit), browsers
 * gave places in px of the element's own zoom.
 */
const BOX_OF = `(element) => {
  let unit = 1;
  if (!("currentCSSZoom" in element)) {
    for (let zoomed = element; zoomed; zoomed = zoomed.parentElement) unit *= Number(getComputedStyle(zoomed).zoom) || 1;
  }
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left: left * unit, top: top * unit, width: width * unit, height: height * unit };
}`;

/** One open page, or a frame of the same origin in it, as a test sees it. */
class Lab {
  /** In Chromium playwright's page, for what has no name here. */
  page;
  #tab;
  #origin;
  #patience;
  /** The frame's selector in the page. */
  #frame;

  constructor(tab, { origin, patience, frame }) {
    this.page = tab.page;
    this.#tab = tab;
    this.#origin = origin;
    this.#patience = patience;
    this.#frame = frame;
  }

  /** The page within the frame that this selector names. */
  frame(selector) {
    return new Lab(this.#tab, { origin: this.#origin, patience: this.#patience, frame: selector });
  }

  // ---- The window ----

  /** Goes to a file of the site, with these parameters. */
  async open(file = "", query = "") {
    const address = new URL(file, this.#origin);
    // That of a program holds its token.
    address.hash = new URL(this.#origin).hash;
    address.search = new URLSearchParams(query).toString();
    await this.#tab.open(address.href).catch((error) => {
      throw new Error(`cannot open ${address.href}: ${error.message.split("\n")[0]}`);
    });
  }

  /** Loads the page anew. */
  reload() {
    return this.#tab.reload();
  }

  /** Gives the window another size, in CSS px. */
  resize(width, height) {
    return this.#tab.resize(width, height);
  }

  /** Writes a picture of the window (or with `fullPage` of the page) to target/screenshots; gives the file's name. */
  async screenshot(name, options = {}) {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = path.join(SCREENSHOTS, `${name}.png`);
    await this.#tab.screenshot(file, options);
    return file;
  }

  // ---- What the page says ----

  /** The value of a function in the page, as JSON; a promise is awaited. The function sees nothing but its arguments. */
  async evaluate(body, ...values) {
    const call = `(${body})(...${JSON.stringify(values)})`;
    const inFrame = (frame) => `document.querySelector(${JSON.stringify(frame)}).contentWindow.eval(${JSON.stringify(call)})`;
    const answer = this.#tab.evaluate(this.#frame ? inFrame(this.#frame) : call);
    let timer;
    const silence = new Promise((_, reject) => {
      timer = setTimeout(async () => {
        // Whether the page hangs or only waits for what does not happen: what it is doing says more.
        const does = this.#tab.evaluate(`JSON.stringify(document.querySelector("#lab")?.dataset) + document.querySelector("#notice")?.textContent`);
        const said = await Promise.race([does.catch(String), new Promise((done) => setTimeout(done, 5000, "it does not answer at all"))]);
        reject(new Error(`the page gave no answer for ${ANSWER_MILLISECONDS / 1000} s to ${call.slice(0, 200)}; ${said}`));
      }, ANSWER_MILLISECONDS);
    });
    return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
  }

  /**
   * Waits until a function in the page gives something other than nothing, false or zero, and gives that. It looks every
   * `poll` milliseconds; an error in it is one more reason to wait.
   */
  async waitFor(what, holds, values = [], poll = POLL_MILLISECONDS) {
    const look = `async (...values) => {
      const holds = ${holds};
      for (const end = performance.now() + ${LOOK_MILLISECONDS}; ; ) {
        try {
          const value = await holds(...values);
          if (value) return { value };
        } catch (error) {
          if (performance.now() > end) return { error: String(error) };
        }
        if (performance.now() > end) return null;
        await new Promise((resolve) => setTimeout(resolve, ${poll}));
      }
    }`;
    let why = "not so far";
    for (const end = Date.now() + this.#patience; Date.now() < end; ) {
      // A page that is being left cannot be asked.
      const seen = await this.evaluate(look, ...values).catch((error) => ({ error: error.message.split("\n")[0] }));
      if (seen?.value) return seen.value;
      why = seen?.error ?? why;
      if (seen?.error) await sleep(POLL_MILLISECONDS);
    }
    assert.fail(`the page never ${what} (${why}); ${await this.#situation()}`);
  }

  /** Waits until `#lab` is in one of these states; a page that fails instead is an error at once. */
  async reaches(...states) {
    const state = await this.waitFor(
      `reaches ${states.join(" or ")}`,
      (states) => {
        const state = document.querySelector("#lab")?.dataset.state;
        return states.includes(state) || state === "failed" ? state : null;
      },
      [states],
    );
    if (!states.includes(state)) {
      assert.fail(`the page never reaches ${states.join(" or ")}; ${await this.#situation()}`);
    }
  }

  /** Waits until `#lab` has made this many steps. It looks every so many milliseconds. */
  async reachesStep(step, poll) {
    const reached = await this.waitFor(
      `reaches step ${step}`,
      (step) => {
        const { step: made, state } = document.querySelector("#lab").dataset;
        return Number(made) >= step ? "reached" : state === "failed" && "failed";
      },
      [step],
      poll,
    );
    assert.equal(reached, "reached", `the page never reaches step ${step}; ${await this.#situation()}`);
  }

  /** Waits until something in the page fits the selector. */
  async appears(selector) {
    await this.waitFor(`shows ${selector}`, (selector) => document.querySelector(selector) !== null, [selector]);
  }

  /** Waits until nothing in the page fits the selector. */
  async disappears(selector) {
    await this.waitFor(`is without ${selector}`, (selector) => document.querySelector(selector) === null, [selector]);
  }

  /** How many elements fit the selector. */
  count(selector) {
    return this.evaluate((selector) => document.querySelectorAll(selector).length, selector);
  }

  /** One attribute of an element, or null. */
  attribute(selector, name) {
    return this.evaluate((selector, name) => document.querySelector(selector).getAttribute(name), selector, name);
  }

  /** The words of an element. */
  text(selector) {
    return this.evaluate((selector) => document.querySelector(selector).textContent.trim(), selector);
  }

  /** One `data-` attribute of `#lab`: `await lab.says("steps-per-second")`. */
  says(name) {
    return this.attribute("#lab", `data-${name}`);
  }

  /** The number in `data-value` of an element. */
  async value(selector) {
    return Number(await this.attribute(selector, "data-value"));
  }

  /** What the page last told its user in one sentence. */
  notice() {
    return this.text("#notice");
  }

  /** The profile, a row a block: {quantity: number or null}, read from the real table. */
  profile(table = "#profile-table") {
    return this.evaluate(
      (table) =>
        [...document.querySelectorAll(`${table} tbody tr`)].map((row) =>
          Object.fromEntries(
            [...row.querySelectorAll("[data-quantity]")].map((cell) => [
              cell.dataset.quantity,
              cell.dataset.value ? Number(cell.dataset.value) : null,
            ]),
          ),
        ),
      table,
    );
  }

  // ---- What a visitor does ----

  /** Clicks the middle of the first element that fits, once it is enabled and nothing lies over it. */
  async click(selector) {
    let [x, y] = await this.#place(selector);
    // Until it stands where the pointer is: a page that is still busy may have moved it meanwhile.
    for (let stands = false; !stands; ) {
      await this.move(x, y);
      const now = await this.#place(selector);
      stands = now[0] === x && now[1] === y;
      [x, y] = now;
    }
    await this.down();
    await this.up();
  }

  /** The pointer at a place of the window, or of the frame, CSS px. */
  async move(x, y) {
    if (!this.#frame) return this.#tab.move(x, y);
    // A frame without border, which its host may have transformed.
    const { left, top, width, own } = await this.#tab.evaluate(`(() => {
      const frame = document.querySelector(${JSON.stringify(this.#frame)});
      return { ...(${BOX_OF})(frame), own: frame.clientWidth };
    })()`);
    return this.#tab.move(left + (x * width) / own, top + (y * width) / own);
  }

  /** Presses the pointer's button. */
  down() {
    return this.#tab.down();
  }

  /** Lets the pointer's button go. */
  up() {
    return this.#tab.up();
  }

  /** Presses a key (Enter, Space, Tab, ArrowLeft, …), on an element if one is named. */
  async press(key, selector) {
    if (selector) await this.focus(selector);
    await this.#tab.press(key);
  }

  /** Puts the keyboard's focus on an element. */
  async focus(selector) {
    await this.appears(selector);
    await this.evaluate((selector) => document.querySelector(selector).focus(), selector);
  }

  /** Types over what stands in a field. */
  async fill(selector, text) {
    await this.focus(selector);
    await this.evaluate((selector) => document.querySelector(selector).select(), selector);
    await this.#tab.type(text);
  }

  /** Chooses a value of a list. */
  choose(selector, value) {
    return this.evaluate(
      (selector, value) => {
        const list = document.querySelector(selector);
        list.value = value;
        list.dispatchEvent(new Event("change", { bubbles: true }));
      },
      selector,
      value,
    );
  }

  /** One more step of a run that rests; `times` of them. */
  async stepOnce(times = 1) {
    for (let made = 0; made < times; made += 1) {
      const before = Number(await this.says("step"));
      await this.click("#step-once");
      await this.reachesStep(before + 1);
      await this.reaches("paused", "done");
    }
  }

  /** The boxes of all elements that fit, once there is one: left, top, width and height, CSS px of the window. */
  boxes(selector) {
    const look = `(selector) => {
      const boxes = [...document.querySelectorAll(selector)].map(${BOX_OF});
      return boxes.length > 0 && boxes;
    }`;
    return this.waitFor(`shows ${selector}`, look, [selector]);
  }

  /** The box of the first element that fits, once there is one. */
  async box(selector) {
    return (await this.boxes(selector))[0];
  }

  /** Where the middle of an element is in the window, CSS px. */
  async #place(selector) {
    const [x, y] = await this.waitFor(
      `shows ${selector} where it can be clicked`,
      `(selector) => {
        const element = document.querySelector(selector);
        if (!element || element.disabled) return null;
        for (const block of ["nearest", "center"]) {
          element.scrollIntoView({ block, inline: "nearest" });
          const { left, top, width, height } = (${BOX_OF})(element);
          const [x, y] = [left + width / 2, top + height / 2];
          if (width > 0 && height > 0 && element.contains(document.elementFromPoint(x, y))) return [x, y];
        }
        return null;
      }`,
      [selector],
    );
    return [x, y];
  }

  #situation() {
    return this.evaluate(() => {
      const lab = document.querySelector("#lab");
      const notice = document.querySelector("#notice")?.textContent?.trim();
      return lab ? `#lab: ${JSON.stringify({ ...lab.dataset })}, notice: ${notice || "none"}` : "there is no #lab";
    }).catch((error) => `the page cannot be asked: ${error.message}`);
  }
}
