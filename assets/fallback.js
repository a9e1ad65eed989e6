// Says why when the program does not start, in one sentence with a way out. A classic script in plain old JavaScript,
// because it must run where nothing else does: from a file, in a sandbox, under a policy, in an old browser. What goes
// wrong in the program once the page stands, the page says itself; only what it cannot hear is said here.
(function () {
  "use strict";

  /** After this time without a start it is said that the page still waits, milliseconds. */
  var PATIENCE = 20000;
  /** A module with one instruction of 128-bit vectors. */
  var SIMD = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11
  ];
  var HOSTING = "the README of Headwater says what a server must say";

  /** Whether the page is one file, with all that it needs inside: then this script stands in it too. */
  var isOneFile = !document.currentScript.src;

  /** The violated directives of a content security policy and what they forbade. */
  var forbidden = [];
  var explaining = false;
  var said = false;

  // Whoever asks for something, or stands in a page of their own, begins with that and not with the first picture.
  if (window.parent !== window || location.search.length > 1) {
    document.documentElement.setAttribute("data-asked", "");
  }

  function hasStarted() {
    return document.getElementById("lab") !== null;
  }

  /** Shows the sentence where the page would be, or above the page that stands. */
  function show(sentence, offersReload) {
    var shown = document.getElementById("fallback") || document.createElement("p");
    shown.id = "fallback";
    shown.setAttribute("role", "alert");
    shown.textContent = sentence + " ";
    if (offersReload) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "small";
      button.textContent = "Reload";
      button.onclick = reload;
      shown.appendChild(button);
    }
    var waiting = document.getElementById("start-state");
    if (waiting) {
      waiting.parentNode.removeChild(waiting);
    }
    var start = document.getElementById("start");
    if (start) {
      start.appendChild(shown);
    } else {
      document.body.insertBefore(shown, document.body.firstChild);
    }
  }

  /** The page again, past every cache on the way: a kept page that names files of an older build mends itself. */
  function reload() {
    function again() {
      location.reload();
    }
    if (window.fetch) {
      fetch(location.href, { cache: "reload" }).then(again, again);
    } else {
      again();
    }
  }

  /** Says the first cause that is found; what comes after it follows from it. */
  function say(why, wayOut, offersReload) {
    if (said) {
      return;
    }
    said = true;
    var what = hasStarted() ? "Something that this page needs is missing: " : "Headwater could not start: ";
    var sentence = what + why + "; " + wayOut + ".";
    show(sentence, offersReload);
    if (window.parent !== window) {
      window.parent.postMessage({ type: "headwater:error", v: 1, message: sentence }, "*");
    }
  }

  /** Says what stays wrong even if the program starts without it, such as a style sheet that is not there. */
  function sayForGood(why, wayOut, offersReload) {
    say(why, wayOut, offersReload);
    var shown = document.getElementById("fallback");
    if (shown && window.MutationObserver) {
      new MutationObserver(function (changes, observer) {
        if (hasStarted() && !document.body.contains(shown)) {
          observer.disconnect();
          said = false;
          say(why, wayOut, offersReload);
        }
      }).observe(document.body, { childList: true });
    }
  }

  /** Looks for the cause of a failure, once the page is read and what the browser has to say of it has arrived. */
  function explain(message) {
    if (explaining) {
      return;
    }
    explaining = true;
    var soon = function () {
      setTimeout(function () {
        explaining = false;
        look(message);
      }, 50);
    };
    if (document.readyState === "loading") {
      addEventListener("DOMContentLoaded", soon);
    } else {
      soon();
    }
  }

  /** Looks for the cause, from what explains most to what the browser says of it. */
  function look(message) {
    if (location.protocol === "file:" && !isOneFile) {
      say(
        "a browser loads no program from a file",
        "put this folder on a web server, for example by “python3 -m http.server” in it, and open http://127.0.0.1:8000/"
      );
    } else if (forbidden.length > 0) {
      sayForGood(
        "a content security policy forbids what it needs (" + forbidden.join(", ") + ")",
        isOneFile ? "in a frame it is the policy of the page around it; the README of Headwater says what it must allow" : HOSTING
      );
    } else if (window.origin === "null" && !isOneFile) {
      say("the frame around it is a closed sandbox", "its attribute must be sandbox=\"allow-scripts allow-same-origin\"");
    } else if (!("noModule" in document.createElement("script")) || !hasSimd()) {
      say("this browser cannot run WebAssembly with vectors", "take a browser of 2023 or later");
    } else {
      askForFiles(files(), function () {
        say(message || "the browser does not say why", "reload the page, or try a browser of 2023 or later", true);
      });
    }
  }

  function hasSimd() {
    return typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(SIMD));
  }

  /** The addresses of what the page is made of, in the order in which it needs them. */
  function files() {
    var elements = document.querySelectorAll("link[rel=stylesheet], link[rel=modulepreload], link[rel=preload], script[src]");
    var addresses = [];
    for (var i = 0; i < elements.length; i += 1) {
      addresses.push(elements[i].href || elements[i].src);
    }
    return addresses;
  }

  /** Asks the server for one file after the other and says what is wrong with the first bad one. */
  function askForFiles(addresses, otherwise) {
    if (addresses.length === 0) {
      otherwise();
      return;
    }
    var address = addresses[0];
    var name = address.split("/").pop();
    var request = new XMLHttpRequest();
    request.onload = function () {
      var type = (request.getResponseHeader("content-type") || "no type").split(";")[0];
      var isPage = type === "text/html";
      if (request.status >= 400 || isPage) {
        sayForGood(
          name + " is not on the server (" + (isPage ? "it sends a page in its place" : "status " + request.status) +
            "), perhaps because this page was updated after your browser had kept it",
          "reload the page",
          true
        );
      } else if (/\.js$/.test(name) && !/(java|ecma)script/.test(type)) {
        sayForGood("the server sends " + name + " as " + type + ", which no browser runs", "it must be text/javascript; " + HOSTING);
      } else if (/\.css$/.test(name) && type !== "text/css") {
        sayForGood("the server sends " + name + " as " + type, "it must be text/css; " + HOSTING);
      } else {
        askForFiles(addresses.slice(1), otherwise);
      }
    };
    request.onerror = function () {
      say(name + " could not be fetched; the connection may be gone", "reload the page", true);
    };
    request.open("GET", address);
    request.send();
  }

  // An element tells of its own failure only to those who listen on the way down to it.
  addEventListener(
    "error",
    function (event) {
      var element = event.target;
      var isFile = element && (element.tagName === "SCRIPT" || (element.tagName === "LINK" && element.rel === "stylesheet"));
      if (isFile) {
        explain();
      } else if (element === window && !hasStarted()) {
        explain(event.error && event.error.message ? event.error.message : event.message);
      } else if (event.error && isTrap(event.error)) {
        stopped(event.error);
      }
    },
    true
  );

  addEventListener("unhandledrejection", function (event) {
    var message = event.reason && event.reason.message ? event.reason.message : String(event.reason);
    if (!hasStarted()) {
      explain(message);
    } else if (isTrap(event.reason)) {
      stopped(event.reason);
    }
  });

  addEventListener("securitypolicyviolation", function (event) {
    var blocked = event.blockedURI || "";
    // Extensions are refused too, and that is no concern of the page.
    var isOurs = blocked.indexOf("://") < 0 || blocked.indexOf(location.origin) === 0;
    if (!isOurs || event.disposition === "report") {
      return;
    }
    forbidden.push(event.effectiveDirective + (blocked.indexOf("://") < 0 ? " " + blocked : ""));
    if (hasStarted() && /^(worker|connect|child)-src/.test(event.effectiveDirective)) {
      explain();
    }
  });

  function isTrap(error) {
    return typeof WebAssembly === "object" && error instanceof WebAssembly.RuntimeError;
  }

  /** The program of the page itself has died: nothing on the page answers any more. */
  function stopped(error) {
    if (!said) {
      said = true;
      show("This page stopped by a mistake of its own (" + error.message + "); reload it to go on.", true);
    }
  }

  addEventListener("DOMContentLoaded", function () {
    var waiting = document.getElementById("start-state");
    if (waiting) {
      waiting.textContent = "The program is loading.";
    }
    if ((location.protocol === "file:" && !isOneFile) || !("noModule" in document.createElement("script")) || !hasSimd()) {
      explain();
    }
  });

  setTimeout(function () {
    if (!said && !hasStarted()) {
      show("Headwater is still loading after 20 seconds: on a slow line it may still come, otherwise reload the page.", true);
    }
  }, PATIENCE);
})();
