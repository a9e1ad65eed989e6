// What a visitor meets when the site is not served as it should be: a sentence with the cause and a way out, never a blank
// page. Each test serves the site's folder itself, with headers and faults of its own.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { launchChromium } from "./browser/chromium.mjs";
import { closeBrowser, test } from "./harness.mjs";

const SITE = process.env.HEADWATER_SITE;
assert.ok(SITE, "HEADWATER_SITE is not set; `cargo xtask test` sets it to the folder of the site");

const README = new URL("../../README.md", import.meta.url);
const SMALL = "data=digits&depth=8&width=4&compare=0";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

let browser;
const closing = [];
after(async () => {
  await closeBrowser(browser);
  for (const server of closing) {
    server.closeAllConnections();
    server.close();
  }
});

/**
 * Serves the site; gives its address. `headers(name)` are added to each answer; `answer(name, response, file)` may answer
 * itself, and says so by `true`; `file()` reads what is asked for.
 */
async function serve({ headers = () => ({}), answer = () => false } = {}) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://site").pathname.slice(1) || "index.html";
    const file = () => readFile(path.join(SITE, name));
    if (await answer(name, response, file)) return;
    const body = await file().catch(() => null);
    const type = TYPES[path.extname(name)] ?? "application/octet-stream";
    response.writeHead(body ? 200 : 404, { "content-type": body ? type : "text/plain", ...headers(name) });
    response.end(body ?? "not here");
  });
  closing.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** Runs the body on a page in a context of its own. */
async function withPage(options, body) {
  browser ??= launchChromium();
  const context = await (await browser).newContext(options);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await body(page);
  } finally {
    await context.close();
  }
}

/** What is said in place of the page, or above it. */
async function said(where) {
  const sentence = where.locator("#fallback");
  await sentence.waitFor();
  return sentence.evaluate((element) => element.firstChild.textContent.trim());
}

const steps = (where, count) =>
  where.locator("#lab").waitFor().then(() =>
    where.waitForFunction((count) => Number(document.querySelector("#lab").dataset.step) >= count, count));

const isReady = (where) => where.locator("#lab[data-state=ready]").waitFor();

/** Every file of the site, from its folder. */
async function files(folder = SITE) {
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.map((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? files(file) : [path.relative(SITE, file).replaceAll("\\", "/")];
  });
  return (await Promise.all(below)).flat().sort();
}

/** The headers that the README asks servers to send. */
async function readmeHeaders() {
  const block = /```http\n([^`]*)```/.exec(await readFile(README, "utf8"));
  assert.ok(block, "the README has a block of headers");
  return Object.fromEntries(block[1].trim().split("\n").map((line) => line.split(/: (.*)/).slice(0, 2)));
}

test("the site holds the page, one folder of this build, data and licences, and nothing else", async () => {
  const all = await files();
  const folder = /program-[0-9a-f]{8}/.exec(all.join("\n"))[0];
  const data = (name) => name.startsWith("assets/data/");
  const recordings = (name) => name.startsWith("assets/recordings/");
  const sheets = (name) => name.endsWith(".css") || name.endsWith(".svg");
  assert.deepEqual(
    all.filter((name) => !data(name) && !recordings(name) && !sheets(name)),
    ["LICENSE-APACHE.txt", "LICENSE-MIT.txt", "fallback.js", "index.html"].concat(
      ["app.js", "app_bg.wasm", "start.js", "worker.js", "worker_bg.wasm", "worker_loader.js"].map(
        (name) => `${folder}/${name}`,
      ),
    ),
  );
  const known = /^assets\/data\/(digits|fashion-mnist)\/((train|test)-\d\d\.bin|manifest\.json|NOTICE\.txt|LICENSE\.txt)$/;
  assert.deepEqual(all.filter(data).filter((name) => !known.test(name)), []);
  const recorded = /^assets\/recordings\/(list\.json|[a-z0-9-]+\.headwater\.jsonl\.gz)$/;
  assert.deepEqual(all.filter(recordings).filter((name) => !recorded.test(name)), []);
});

test("under exactly the headers of the README the page trains, also in a frame of an isolated page", async () => {
  const headers = await readmeHeaders();
  const site = await serve({ headers: () => headers });
  await withPage({}, async (page) => {
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${site}?data=digits&depth=8&width=4&compare=1&play=1`);
    await steps(page, 3);
    const place = await page.locator(".box-button").nth(1).evaluate((element) => element.style.left);
    assert.match(place, /px$/, "what is placed by the program is in its place");
    await page.locator("#skip-all").click();
    await page.locator("#export").click();
    for (const chart of ["river", "history"]) {
      const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`#export-${chart}-png`).click()]);
      const picture = await readFile(await file.path());
      assert.ok(picture.length > 8_000 && picture.subarray(1, 4).toString() === "PNG", `${chart}: ${picture.length} bytes`);
    }
    assert.deepEqual(complaints, []);
  });
  const host = createServer((_, response) => {
    const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    response.writeHead(200, { "content-type": "text/html", ...isolated });
    response.end(`<iframe src="${site}?${SMALL}&embed=1&play=1" width="600" height="450"></iframe>`);
  });
  closing.push(host);
  await new Promise((resolve) => host.listen(0, "localhost", resolve));
  await withPage({}, async (page) => {
    await page.goto(`http://localhost:${host.address().port}/`);
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await page.frameLocator("iframe").locator("#lab").waitFor();
    await steps(page.frames()[1], 3);
  });
});

for (const [what, policy, named] of [
  ["WebAssembly", "default-src 'self'", /policy forbids.*script-src wasm-eval.*README/],
  ["the worker", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'", /policy forbids.*worker-src/],
  ["style sheets", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'none'", /policy forbids.*style-src/],
]) {
  test(`a policy that forbids ${what} is named`, async () => {
    const site = await serve({ headers: () => ({ "content-security-policy": policy }) });
    await withPage({}, async (page) => {
      await page.goto(site);
      if (!what.startsWith("Web")) await page.locator("#lab").waitFor();
      assert.match(await said(page), named);
    });
  });
}

test("a policy that forbids every script leaves the sentence that stands in the page", async () => {
  const site = await serve({ headers: () => ({ "content-security-policy": "default-src 'none'" }) });
  await withPage({}, async (page) => {
    await page.goto(site);
    assert.match(await page.locator("#start").innerText(), /trains a residual network.*could not start: it needs JavaScript/s);
  });
});

test("without scripts the page says what it is and what it needs", async () => {
  const site = await serve();
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(site);
    assert.match(await page.locator("#start").innerText(), /trains a residual network.*could not start: it needs JavaScript/s);
  });
});

test("before the program is there, and without scripts, the first recording is a picture with a caption", async () => {
  const site = await serve({ answer: (name) => name.endsWith(".wasm") });
  for (const options of [{}, { javaScriptEnabled: false }]) {
    for (const width of [1280, 768, 390]) {
      await withPage({ ...options, viewport: { width, height: 844 } }, async (page) => {
        await page.goto(site, { waitUntil: "domcontentloaded" });
        const picture = page.getByRole("img", { name: /Skips open: .* Skips closed: / });
        await picture.waitFor();
        const { x, width: wide } = await picture.boundingBox();
        assert.ok(x >= 0 && wide > 0.8 * width && x + wide <= width, `${wide} at ${width}`);
        await picture.evaluate((image) => image.decode());
        await page.getByText(/^Recording of a real run: ResNet-20/).waitFor();
        await page.getByText(/A skip connection adds what enters a block to what its layers make of it/).waitFor();
      });
    }
  }
});

test("who asks for another network does not see the first picture before it", async () => {
  const site = await serve({ answer: (name) => name.endsWith(".wasm") });
  await withPage({}, async (page) => {
    await page.goto(`${site}?depth=8`, { waitUntil: "domcontentloaded" });
    await page.getByText(/trains a residual network/).waitFor();
    assert.equal(await page.locator("#start > .first:visible").count(), 0);
    await page.setContent(`<iframe src="${site}" width="900" height="600" title="Headwater"></iframe>`);
    await page.frameLocator("iframe").getByText(/trains a residual network/).waitFor();
    assert.equal(await page.frameLocator("iframe").locator("#start > .first:visible").count(), 0);
  });
});

test("opened as a file, the page says how to open it", () =>
  withPage({}, async (page) => {
    await page.goto(pathToFileURL(path.join(SITE, "index.html")).href);
    assert.match(await said(page), /no program from a file; put this folder on a web server/);
  }));

test("in a closed sandbox the page says which attribute it needs, and the page around it hears so", async () => {
  const site = await serve();
  const allowing = await serve({ headers: () => ({ "access-control-allow-origin": "*" }) });
  await withPage({}, async (page) => {
    await page.setContent(
      "<script>addEventListener('message', ({ data }) => (window.heard = data))</script>" +
        `<iframe sandbox="allow-scripts" src="${site}"></iframe>`,
    );
    const frame = page.frameLocator("iframe");
    assert.match(await said(frame), /closed sandbox; its attribute must be sandbox="allow-scripts allow-same-origin"/);
    const heard = await page.evaluate(() => window.heard);
    assert.deepEqual([heard.type, heard.v], ["headwater:error", 1]);
    assert.match(heard.message, /sandbox/);
  });
  await withPage({}, async (page) => {
    await page.setContent(`<iframe sandbox="allow-scripts" src="${allowing}" width="900" height="600"></iframe>`);
    const notice = page.frameLocator("iframe").locator("#notice");
    await notice.filter({ hasText: "allow-same-origin" }).waitFor();
  });
});

test("scripts that are sent as another type are named with the type that they need", async () => {
  const headers = (name) => (name.endsWith(".js") && !name.endsWith("fallback.js") ? { "content-type": "text/plain" } : {});
  const site = await serve({ headers });
  await withPage({}, async (page) => {
    await page.goto(site);
    assert.match(await said(page), /sends (app|start)\.js as text\/plain.*must be text\/javascript/);
  });
});

test("where not even the first script may run, the sentence that stands in the page says what it needs", async () => {
  const strict = { "content-type": "text/plain", "x-content-type-options": "nosniff" };
  const site = await serve({ headers: (name) => (name.endsWith(".js") ? strict : {}) });
  await withPage({}, async (page) => {
    await page.goto(site);
    assert.match(await page.locator("#start").innerText(), /could not start: it needs JavaScript/);
  });
});

test("style sheets that are sent as another type are named, though the program starts", async () => {
  const strict = { "content-type": "text/plain", "x-content-type-options": "nosniff" };
  const site = await serve({ headers: (name) => (name.endsWith(".css") ? strict : {}) });
  await withPage({}, async (page) => {
    await page.goto(site);
    await page.locator("#lab").waitFor();
    assert.match(await said(page), /sends \w+\.css as text\/plain.*must be text\/css/);
  });
});

for (const type of ["application/octet-stream", "text/plain"]) {
  test(`a program that is sent as ${type} runs`, async () => {
    const site = await serve({ headers: (name) => (name.endsWith(".wasm") ? { "content-type": type } : {}) });
    await withPage({}, async (page) => {
      await page.goto(`${site}?${SMALL}&play=1`);
      await steps(page, 3);
    });
  });
}

test("a kept page of an older build says that it was updated, and Reload mends it", async () => {
  let folder = "program-00000000";
  const current = /program-[0-9a-f]{8}/.exec((await files()).join("\n"))[0];
  const site = await serve({
    answer: async (name, response) => {
      if (name !== "index.html") return false;
      const page = await readFile(path.join(SITE, name), "utf8");
      response.writeHead(200, { "content-type": "text/html", "cache-control": "max-age=31536000, immutable" });
      response.end(page.replaceAll(current, folder));
      return true;
    },
  });
  await withPage({}, async (page) => {
    await page.goto(`${site}?${SMALL}`);
    assert.match(await said(page), /not on the server \(status 404\).*updated.*reload the page/);
    folder = current;
    const again = await page.context().newPage();
    await again.goto(`${site}?${SMALL}`);
    assert.match(await said(again), /not on the server/, "the browser has kept the page");
    await again.getByRole("button", { name: "Reload" }).click();
    await isReady(again);
    assert.equal(await again.locator("#fallback, #start").count(), 0);
  });
});

test("a server that sends a page in place of what is missing is seen through", async () => {
  const site = await serve({
    answer: async (name, response) => {
      if (!name.endsWith("app.js")) return false;
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<p>welcome");
      return true;
    },
  });
  await withPage({}, async (page) => {
    await page.goto(site);
    assert.match(await said(page), /app\.js is not on the server \(it sends a page in its place\)/);
  });
});

test("page and worker come from one folder", async () => {
  const asked = [];
  const site = await serve({ headers: (name) => asked.push(name) && {} });
  await withPage({}, async (page) => {
    await page.goto(`${site}?${SMALL}`);
    await isReady(page);
    const folders = asked.filter((name) => /(app|worker).*\.(js|wasm)$/.test(name)).map((name) => path.dirname(name));
    assert.match(folders[0], /^program-[0-9a-f]{8}$/);
    assert.equal(new Set(folders).size, 1);
    assert.ok(asked.some((name) => name.endsWith("worker_bg.wasm")));
  });
});

test("a worker that is gone from the server is said, with a way to reload", async () => {
  const gone = (name, response) => name.endsWith("worker_loader.js") && (response.writeHead(404).end(), true);
  const site = await serve({ answer: gone });
  await withPage({}, async (page) => {
    await page.goto(`${site}?${SMALL}`);
    await page.locator("#notice").filter({ hasText: /updated/ }).waitFor();
    await page.locator("#notice #reload").waitFor();
  });
});

test("a start that does not come is said after a while, and is taken back when it comes", async () => {
  let held;
  const whenAsked = new Promise((resolve) => (held = resolve));
  const site = await serve({
    answer: (name, response, file) => {
      if (!name.endsWith("app_bg.wasm") || held === null) return false;
      held({ response, file });
      return true;
    },
  });
  await withPage({}, async (page) => {
    await page.clock.install();
    await page.goto(`${site}?${SMALL}`, { waitUntil: "commit" });
    const { response, file } = await whenAsked;
    await page.locator("#start-state").filter({ hasText: "is loading" }).waitFor();
    await page.clock.fastForward(21_000);
    assert.match(await said(page), /still loading.*slow line.*reload/);
    response.writeHead(200, { "content-type": "application/wasm" }).end(await file());
    await page.locator("#lab").waitFor();
    assert.equal(await page.locator("#fallback, #start").count(), 0);
  });
});

test("a worker that arrives slowly is no silent one; one that stops arriving is", async () => {
  let asked;
  const whenAsked = new Promise((resolve) => (asked = resolve));
  const site = await serve({
    answer: async (name, response, file) => {
      if (!name.endsWith("worker_bg.wasm")) return false;
      const whole = await file();
      response.writeHead(200, { "content-type": "application/wasm", "content-length": whole.length });
      asked({ response, whole });
      return true;
    },
  });
  await withPage({}, async (page) => {
    await page.clock.install();
    await page.addInitScript(() => {
      window.arrived = 0;
      window.Worker = class extends Worker {
        constructor(...all) {
          super(...all);
          this.addEventListener("message", ({ data }) => typeof data === "number" && (window.arrived = data));
        }
      };
    });
    await page.goto(`${site}?${SMALL}`);
    await page.locator("#lab").waitFor();
    const { response, whole } = await whenAsked;
    const PIECE = 100_000;
    for (let sent = 0; sent < 5; sent++) {
      response.write(whole.subarray(sent * PIECE, (sent + 1) * PIECE));
      await page.waitForFunction((bytes) => window.arrived >= bytes, (sent + 1) * PIECE);
      await page.clock.runFor(8_000);
      assert.equal((await page.locator("#notice").innerText()).trim(), "", `after ${(sent + 1) * 8} seconds`);
    }
    await page.clock.runFor(20_000);
    await page.locator("#notice").filter({ hasText: /not answered/ }).waitFor();
    response.end(whole.subarray(5 * PIECE));
    await isReady(page);
    assert.equal((await page.locator("#notice").innerText()).trim(), "");
  });
});

test("a page whose own program died says so", async () => {
  const site = await serve();
  await withPage({}, async (page) => {
    await page.goto(`${site}?${SMALL}`);
    await isReady(page);
    await page.evaluate(() => {
      const error = new WebAssembly.RuntimeError("unreachable");
      dispatchEvent(new ErrorEvent("error", { error, message: error.message }));
    });
    assert.match(await said(page), /stopped by a mistake of its own \(unreachable\)/);
  });
});
