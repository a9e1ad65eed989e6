// The colours of assets/style/tokens.css against the contrast that WCAG 2.2 asks for, light and dark.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "./harness.mjs";

const TOKENS = new URL("../../assets/style/tokens.css", import.meta.url);

/** Text on its grounds: 4.5 (1.4.3). */
const TEXT = [
  ["ink", "page", "paper", "warn-paper"],
  ["soft", "page", "paper"],
  ["faint", "page", "paper"],
  ["a-text", "page", "paper"],
  ["b-text", "page", "paper"],
  ["wrong", "page", "paper"],
  ["on-primary", "primary"],
  ["good", "good-paper"],
];

/** What one must see to know a control or to read a chart: 3 (1.4.11). */
const SHAPES = [
  ["control", "page", "paper"],
  ["a", "page", "paper"],
  ["b", "page", "paper"],
  ["focus", "page", "paper", "warn-paper"],
];

const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("black on white has the contrast 21", () => assert.equal(contrast("#000000", "#ffffff"), 21));

for (const [index, theme] of ["light", "dark"].entries()) {
  test(`${theme}: text has 4.5 against every ground, controls and lines have 3`, async () => {
    const pairs = (await readFile(TOKENS, "utf8")).matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g);
    const colours = Object.fromEntries([...pairs].map(([, name, ...both]) => [name, both[index]]));
    const low = [];
    for (const [list, least] of [[TEXT, 4.5], [SHAPES, 3]]) {
      for (const [name, ...grounds] of list) {
        for (const ground of grounds) {
          assert.ok(colours[name] && colours[ground], `there is a ${name} and a ${ground}`);
          const found = contrast(colours[name], colours[ground]);
          if (found < least) low.push(`${name} on ${ground}: ${found.toFixed(2)}, not ${least}`);
        }
      }
    }
    assert.deepEqual(low, []);
  });
}
