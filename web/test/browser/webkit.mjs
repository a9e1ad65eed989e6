// WebKitGTK, by plain WebDriver over HTTP. The protocol tells nothing of what goes wrong in a page, so the pages come
// through a server of ours (front.mjs) that puts a listener into them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fromEnvironment } from "./index.mjs";

/** WebDriver's private code points for keys; every other key is its own character. */
const KEYS = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Escape: "\uE00C",
  Space: " ",
  PageUp: "\uE00E",
  PageDown: "\uE00F",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
};

const START_MILLISECONDS = 20_000;

/** In every page before its own scripts: what goes wrong is noted where the driver can read it. */
const LISTENER = `<script>
  window.headwaterComplaints = [];
  addEventListener("error", (event) => headwaterComplaints.push("uncaught: " + (event.message || event.target?.src || event.target?.href)), true);
  addEventListener("unhandledrejection", (event) => headwaterComplaints.push("uncaught: " + event.reason));
  for (const level of ["error", "warn"]) {
    const own = console[level];
    console[level] = (...words) => (headwaterComplaints.push("console " + level + ": " + words.join(" ")), own.apply(console, words));
  }
</script>`;

/** Starts WEBKIT_DRIVER, and a display where there is none. */
export async function launch() {
  const port = await freePort();
  const display = process.env.DISPLAY ? undefined : await startDisplay();
  // Machines that test have no graphics card.
  const software = { WEBKIT_DISABLE_DMABUF_RENDERER: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
  const env = { ...process.env, ...software, ...(display && { DISPLAY: display.name }) };
  const driver = spawn(fromEnvironment("WEBKIT_DRIVER"), [`--port=${port}`], { env, stdio: "ignore" });
  const address = `http://127.0.0.1:${port}`;
  await answers(address);
  return {
    listener: LISTENER,
    newTab: (options) => newTab(address, options),
    async close() {
      driver.kill();
      display?.process.kill();
    },
  };
}

async function startDisplay() {
  const screen = ["-displayfd", "1", "-screen", "0", "2000x1700x24", "-nolisten", "tcp"];
  const process = spawn("Xvfb", screen, { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = await once(process.stdout, "data");
  return { process, name: `:${String(number).trim()}` };
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function answers(address) {
  for (const end = Date.now() + START_MILLISECONDS; ; await sleep(100)) {
    const status = await fetch(`${address}/status`).catch(() => undefined);
    if (status?.ok) return;
    if (Date.now() > end) throw new Error("the WebDriver of WebKit does not answer");
  }
}

/** One command of the protocol. */
async function command(address, method, body) {
  const answer = await fetch(address, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

async function newTab(driver, { viewport, patience }) {
  const options = { binary: fromEnvironment("WEBKIT_BROWSER"), args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const { sessionId } = await command(`${driver}/session`, "POST", { capabilities });
  const session = `${driver}/session/${sessionId}`;
  const post = (path, body = {}) => command(`${session}/${path}`, "POST", body);
  await post("timeouts", { script: patience, pageLoad: patience });
  const complaints = [];
  const pointer = (...actions) =>
    post("actions", { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
  const typed = (keys) =>
    post("actions", {
      actions: [
        {
          type: "key",
          id: "keyboard",
          actions: keys.flatMap((value) => [
            { type: "keyDown", value },
            { type: "keyUp", value },
          ]),
        },
      ],
    });

  async function evaluate(expression) {
    const script = `const done = arguments[0]; Promise.resolve().then(() => ${expression})
      .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`;
    const { value, error } = await post("execute/async", { script, args: [] });
    if (error) throw new Error(error);
    return value;
  }

  /** What the page noted, before it goes. */
  const gather = async () => complaints.push(...((await evaluate("window.headwaterComplaints?.splice(0)").catch(() => [])) ?? []));

  /** The window's frame counts too, so a second look is needed. */
  async function resize(width, height) {
    await post("window/rect", { width, height });
    const [inner, outer] = await evaluate("[[innerWidth, innerHeight], [outerWidth, outerHeight]]");
    await post("window/rect", { width: width + outer[0] - inner[0], height: height + outer[1] - inner[1] });
  }

  await resize(viewport.width, viewport.height);
  return {
    async open(address) {
      await gather();
      await post("url", { url: address });
    },
    async reload() {
      await gather();
      await post("refresh");
    },
    resize,
    evaluate,
    move: (x, y) => pointer({ type: "pointerMove", duration: 0, origin: "viewport", x: Math.round(x), y: Math.round(y) }),
    down: () => pointer({ type: "pointerDown", button: 0 }),
    up: () => pointer({ type: "pointerUp", button: 0 }),
    press: (key) => typed([KEYS[key] ?? key]),
    type: (text) => typed([...text]),
    async screenshot(file) {
      await writeFile(file, Buffer.from(await command(`${session}/screenshot`, "GET"), "base64"));
    },
    async complaints() {
      await gather();
      return complaints;
    },
    close: () => command(session, "DELETE"),
  };
}
