// Runs in browsers of any age, and where no module can be loaded: a sentence instead of a blank page.

(function () {
  var waiting = document.getElementById("waiting");
  if (location.protocol === "file:") {
    waiting.textContent =
      "Browsers do not run this page from a file. Start a small server in its folder:  python3 -m http.server  " +
      "and open the address that it prints.";
  } else if (waiting.hasAttribute("data-runs") && typeof WebAssembly !== "object") {
    waiting.textContent =
      "This browser has no WebAssembly, or it is switched off, so no network can run in it. A current version of " +
      "Firefox, Chrome, Edge or Safari has it; some switch it off in a locked-down mode.";
  }
})();
