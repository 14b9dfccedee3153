// The one line for what went wrong, what is worth knowing, and what is on its way.

import { element } from "./element.js";
import { Refused } from "./picture.js";

/** One message at a time. again: what a button “Try again” does. */
export function say(text, word = "Problem", again = null) {
  const box = document.getElementById("message");
  box.className = text ? word.toLowerCase() : "";
  box.replaceChildren();
  if (!text) return;
  const line = element("p");
  line.append(element("strong", "", `${word}: `), text);
  box.append(line);
  if (!again) return;
  const button = element("button", "", "Try again");
  button.addEventListener("click", again);
  box.append(button);
}

/** How much of what is on its way has come, in bytes. */
export function waiting(text, done, of) {
  const box = document.getElementById("message");
  let bar = box.querySelector("progress");
  if (!bar) {
    bar = element("progress");
    bar.setAttribute("aria-label", text);
    box.className = "note";
    box.replaceChildren(element("p", "", text), bar);
  }
  [bar.max, bar.value] = [of, done];
}

/** An error in words: ours are written for readers, of any other the browser's own. */
export function complain(error) {
  if (!(error instanceof Refused)) console.error(error);
  say(error instanceof Refused ? error.message : `Something went wrong: ${error.message}`);
}
