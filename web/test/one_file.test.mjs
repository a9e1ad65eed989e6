// The page as one file under policies, in Chromium: a srcdoc frame has that of the page around it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { oneFile, test, withPage } from "./harness.mjs";

/** The policy that the README says is enough. */
async function readmePolicy() {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const policy = /policy of the page around it, which must then allow at least `([^`]*)`/.exec(readme);
  assert.ok(policy, "the README names a policy");
  return policy[1];
}

/** A test of the file in a srcdoc frame of a page with this policy, which allows the page's own script and no more. */
async function withFrame(policy, expected, body) {
  const page = await readFile(oneFile("headwater.html"), "utf8");
  const settings = '<script type="application/json" id="headwater-settings">{"depth": 8, "width": 4, "play": true}</script>';
  const text = page.replace("</head>", () => `${settings}</head>`);
  const quoted = text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const host = `<!doctype html><title>Course</title><link rel="icon" href="data:,">
    <iframe srcdoc="${quoted}" width="750" height="450" title="Headwater"></iframe>`;
  const headers = { "content-security-policy": `default-src 'none'; ${policy}` };
  const files = [["**/host", (route) => route.fulfill({ contentType: "text/html", headers, body: host })]];
  await withPage({ path: "host", files, expected }, async (lab) => body(lab.page.frameLocator("iframe")));
}

test("under the policy of the README a srcdoc frame trains", async () =>
  withFrame(await readmePolicy(), [], async (frame) => {
    await frame.locator("#lab[data-state=running], #lab[data-state=paused]").waitFor();
    await frame.locator("#loss[data-value]:not([data-value=''])").waitFor({ state: "attached" });
  }));

test("a policy that forbids the worker is named, and whose it is", async () =>
  withFrame((await readmePolicy()).replace("blob:", "'none'"), [/worker-src/, /Worker/], async (frame) => {
    await frame.locator("#fallback").filter({ hasText: /policy forbids.*worker-src.*the page around it/ }).waitFor();
  }));

test("a policy that forbids every script leaves the sentence that stands in the file", async () =>
  withFrame("style-src 'unsafe-inline'; img-src data:", [/inline script/], async (frame) => {
    await frame.locator("#start-state").filter({ hasText: /could not start.*whose policy allows scripts/ }).waitFor();
  }));
