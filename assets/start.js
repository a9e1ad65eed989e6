// Starts the program. Nothing waits for the promise here: if it is refused, fallback.js hears so and says it.
import init from "./app.js";

init({ module_or_path: new URL("app_bg.wasm", import.meta.url) });
