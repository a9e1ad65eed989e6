// What recordings cost that are open together: the page's wasm memory with a file of one run open once, and twelve times.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { pageMemory, print, withFreshBrowser } from "./measuring.mjs";

export async function recordings({ file }) {
  if (!file) return;
  const bytes = await readFile(file);
  const text = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  const answer = (route) => route.fulfill({ contentType: "application/octet-stream", body: bytes });
  const steps = text.toString("latin1").split('"type":"step"').length - 1;
  for (const count of [1, 12]) {
    // An address each: the page opens none twice.
    const query = Array.from({ length: count }, (_, index) => `run=${index}/recording`).join("&");
    await withFreshBrowser({ query, files: [["**/recording", answer]] }, async (lab) => {
      await lab.waitFor(
        `opens ${count}`,
        (count) => (document.querySelectorAll("#open-runs [data-open-run]").length || 1) >= count &&
          document.querySelector("#lab").dataset.source === "recording" && !document.querySelector("#recording-progress"),
        [count],
      );
      print("page wasm memory with recordings open, bytes", { value: await pageMemory(lab), recordings: count, steps });
    });
  }
}
