// What may be explained as a list of buttons, each with its bar and its numbers.

import { element } from "./element.js";

export class Choices {
  /** picked(c): hears which is chosen. */
  constructor(list, picked) {
    this.list = list;
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) picked(Number(button.dataset.c));
    });
  }

  /** seen: of which they are; shown: their numbers, in order; chosen: the one whose map is there. */
  show(seen, shown, chosen) {
    const held = this.list.contains(document.activeElement);
    this.list.replaceChildren(...shown.map((c) => this.#row(seen, c, c === chosen)));
    if (held) this.list.querySelector("[aria-pressed=true]").focus();
  }

  #row(seen, c, chosen) {
    const row = element("li");
    row.value = seen.rank(c);
    const button = element("button", "", seen.labels[c]);
    button.dataset.c = c;
    button.setAttribute("aria-pressed", chosen);
    const bar = element("span", "bar");
    bar.style.setProperty("--share", seen.probabilities[c]);
    row.append(button, bar, element("span", "numbers", seen.numbers(c)));
    return row;
  }
}
