// What may be explained as a list of buttons, each with its bar and its numbers.

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
    const row = document.createElement("li");
    row.value = seen.rank(c);
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.c = c;
    button.textContent = seen.labels[c];
    button.setAttribute("aria-pressed", chosen);
    const bar = document.createElement("span");
    bar.className = "bar";
    bar.style.setProperty("--share", seen.probabilities[c]);
    const words = document.createElement("span");
    words.className = "numbers";
    words.textContent = seen.numbers(c);
    row.append(button, bar, words);
    return row;
  }
}
