// One way to drive every browser. A driver starts a browser; a browser opens tabs; a tab does only what tests cannot do
// from within the page:
//
// - `open(address)`, `reload()`, `resize(width, height)`, `close()`;
// - `evaluate(expression)`: the value of an expression in the page, promises awaited, as JSON;
// - `move(x, y)`, `down()`, `up()`: the pointer, in CSS px of the window; `press(key)`, `type(text)`: the keyboard;
// - `screenshot(file, { fullPage })`;
// - `complaints()`: one line for each thing that went wrong in the page or in its workers;
// - `page`: the driver's own page, for tests of one browser alone.
//
// BROWSER chooses: chromium (or nothing), firefox, webkit. Everything else is the same for all of them: lab.mjs.

import assert from "node:assert/strict";

const DRIVERS = ["chromium", "firefox", "webkit"];

/** Which browser the tests are to drive. */
export const browserName = () => process.env.BROWSER || "chromium";

/** A new browser in a fresh profile. */
export async function launchBrowser() {
  const name = browserName();
  assert.ok(DRIVERS.includes(name), `BROWSER is "${name}"; it can be ${DRIVERS.join(", ")}`);
  const { launch } = await import(`./${name}.mjs`);
  return launch();
}

/** A variable that the test command sets. */
export function fromEnvironment(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; \`cargo xtask test\` sets it for the browser tests`);
  return value;
}
