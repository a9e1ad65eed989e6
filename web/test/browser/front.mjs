// A server between a browser and the site: some files can be answered otherwise, and a listener can be put into pages. It
// works for every browser, where their own ways to step in differ.

import { once } from "node:events";
import http from "node:http";

/**
 * Stands before the site. `files` are pairs of an address pattern (`**` is any text, `*` any name) and a function of a
 * `Route`; the first pattern that fits answers. `listener` is markup for the start of every page.
 */
export async function startFront(site, files, listener = "") {
  const routes = files.map(([pattern, answer]) => [matcher(pattern), answer]);
  const refused = [];
  const server = http.createServer(async (request, response) => {
    try {
      const route = new Route(site, request, response);
      const [, answer] = routes.find(([fits]) => fits.test(request.url)) ?? [null, (route) => route.continue()];
      route.listener = listener;
      await answer(route);
      if (response.statusCode >= 400) refused.push(`response ${response.statusCode}: ${request.url}`);
    } catch (error) {
      response.destroy(error);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    /** Where it stands, with a slash at its end. */
    address: `http://127.0.0.1:${server.address().port}/`,
    /** Every answer of 400 or more. */
    refused,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const matcher = (pattern) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, (stars) => (stars === "*" ? "[^/]*" : ".*"))}(\\?.*)?$`);

/** One request, to be answered once. */
class Route {
  listener = "";
  #site;
  #request;
  #response;

  constructor(site, request, response) {
    this.#site = site;
    this.#request = request;
    this.#response = response;
  }

  /** What the site answers: `status()`, `headers()` and `body()`. */
  async fetch() {
    const answer = await fetch(new URL(this.#request.url, this.#site), { redirect: "manual" });
    const body = Buffer.from(await answer.arrayBuffer());
    return { status: () => answer.status, headers: () => Object.fromEntries(answer.headers), body: async () => body };
  }

  /** The site's own answer. */
  async continue() {
    const answer = await this.fetch();
    this.fulfill({ status: answer.status(), headers: answer.headers(), body: await answer.body() });
  }

  /** Another answer. */
  fulfill({ status = 200, contentType, headers = {}, body = "" }) {
    const { "content-length": _, "content-encoding": __, connection: ___, ...kept } = headers;
    if (contentType) kept["content-type"] = contentType;
    const isPage = kept["content-type"]?.startsWith("text/html");
    const sent = isPage && this.listener ? String(body).replace(/(<!doctype html>)?/i, `$&${this.listener}`) : body;
    this.#response.writeHead(status, kept);
    this.#response.end(sent);
  }

  /** No answer. */
  abort() {
    this.#response.destroy();
  }
}
