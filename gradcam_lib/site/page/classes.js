// Which class: the likeliest five as buttons, every other by a part of its name.

import { Choices } from "./choices.js";
import { element } from "./element.js";
import { meant } from "./words.js";

const OFFERED = 60; // names in the list, which scrolls
const HINT = "A part of its name will do.";
let made = 0; // so that every list has a name of its own

export class Classes {
  /** picked(c): hears which class is chosen. */
  constructor(root, picked) {
    this.top = new Choices(root.querySelector(".top"), picked);
    this.box = root.querySelector("input");
    this.list = root.querySelector("[role=listbox]");
    this.why = root.querySelector(".why");
    this.picked = picked;
    this.names = [];
    this.active = -1;
    const id = `classes-${++made}`;
    this.list.id = id;
    this.box.id = `${id}-box`;
    root.querySelector(".other-label").htmlFor = this.box.id;
    this.box.setAttribute("aria-controls", id);
    this.list.setAttribute("aria-label", "Classes with this name");
    this.box.addEventListener("input", () => this.#suggest());
    this.box.addEventListener("keydown", (event) => this.#keyed(event));
    this.box.addEventListener("blur", () => this.#close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const option = event.target.closest("li");
      if (option) this.#take(Number(option.dataset.c));
    });
  }

  /** seen: of the network; chosen: the class that is shown. The five likeliest, and the chosen one where it is another. */
  show(seen, chosen) {
    this.names = seen.names;
    const five = seen.order.slice(0, 5);
    this.top.show(seen, five.includes(chosen) ? five : [...five, chosen], chosen);
  }

  #suggest() {
    const found = meant(this.box.value, this.names, OFFERED);
    this.why.textContent = found.why || (found.several.length ? "" : HINT);
    this.active = -1;
    this.options = found.several;
    this.list.replaceChildren(...found.several.map((c, i) => this.#option(c, i)));
    this.#open(found.several.length > 0);
  }

  #option(c, i) {
    const option = element("li", "", this.names[c]);
    option.setAttribute("role", "option");
    option.id = `${this.list.id}-${i}`;
    option.dataset.c = c;
    option.setAttribute("aria-selected", "false");
    return option;
  }

  #open(on) {
    this.list.hidden = !on;
    this.box.setAttribute("aria-expanded", on);
    if (!on) this.box.removeAttribute("aria-activedescendant");
  }

  #close() {
    this.active = -1;
    this.#open(false);
  }

  #keyed(event) {
    if (event.key === "Escape") {
      this.box.value = "";
      this.why.textContent = HINT;
      this.#close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.#suggest();
      this.#step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const found = meant(this.box.value, this.names, OFFERED);
      const c = this.active >= 0 ? this.options[this.active] : found.one;
      if (c !== undefined) this.#take(c);
      else this.why.textContent = found.several.length ? `${found.why} Choose one with the arrow keys.` : found.why;
    }
  }

  #step(by) {
    const n = this.list.children.length;
    if (!n) return;
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = this.active < 0 && by < 0 ? n - 1 : (this.active + by + n) % n;
    const option = this.list.children[this.active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  #take(c) {
    this.box.value = "";
    this.why.textContent = HINT;
    this.#close();
    this.picked(c);
  }
}
