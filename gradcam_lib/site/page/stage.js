// The picture with its map, and over it a grid of buttons: one for each position, for fingers, mouse and keys.

import { element } from "./element.js";
import { called } from "./words.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class Stage {
  /** pressed(p, on): a position was pressed; on: the state that a stroke of the brush goes on with. */
  constructor(root, side, pressed) {
    this.canvas = root.querySelector("canvas");
    this.canvas.width = this.canvas.height = side;
    this.cells = root.querySelector(".cells");
    this.pressed = pressed;
    this.buttons = [];
    this.stroke = null; // while the pointer is down: whether it covers or uncovers
    this.cells.addEventListener("click", (event) => this.#clicked(event));
    this.cells.addEventListener("keydown", (event) => this.#moved(event));
    this.cells.addEventListener("pointerdown", (event) => this.#began(event));
    this.cells.addEventListener("pointermove", (event) => this.#brushed(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.cells.addEventListener(end, () => (this.stroke = null));
    }
  }

  /** The button that the Tab key leads to. */
  get current() {
    return this.buttons.find((button) => !button.tabIndex);
  }

  show(image, alt) {
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    this.canvas.setAttribute("aria-label", alt);
  }

  /** As many buttons as the map has positions. */
  divide(h, w) {
    if (this.h === h && this.w === w) return;
    Object.assign(this, { h, w });
    this.cells.style.gridTemplateColumns = `repeat(${w}, 1fr)`;
    this.buttons = Array.from({ length: h * w }, (_, p) => {
      const button = element("button");
      button.tabIndex = p ? -1 : 0; // the grid is one stop of the Tab key; arrows move within it
      button.dataset.p = p;
      return button;
    });
    this.cells.replaceChildren(...this.buttons);
  }

  /** asked: a position or null; covered: a Set; covering: which of the two a press means. */
  mark(asked, covered, covering) {
    this.covering = covering;
    this.covered = covered;
    this.cells.classList.toggle("brush", covering);
    this.buttons.forEach((button, p) => {
      button.setAttribute("aria-label", called(p, this.w) + (covered.has(p) ? ", covered" : ""));
      button.setAttribute("aria-pressed", covering ? covered.has(p) : p === asked);
      button.classList.toggle("asked", p === asked);
      button.classList.toggle("covered", covered.has(p));
    });
  }

  /** These positions of an ImageData in one colour, as the network gets them. */
  static cover(image, positions, h, w, colour) {
    const side = image.width;
    for (let i = 0; positions.size && i < side * side; i++) {
      const row = Math.floor((Math.floor(i / side) * h) / side),
        column = Math.floor(((i % side) * w) / side);
      if (positions.has(row * w + column)) image.data.set(colour, 4 * i);
    }
    return image;
  }

  #clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    this.#focus(Number(button.dataset.p));
    if (this.covering && event.detail) return; // the pointer has covered it already; detail is 0 for a key
    this.pressed(Number(button.dataset.p), !this.covered.has(Number(button.dataset.p)));
  }

  #moved(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const p = Number(event.target.dataset.p);
    const row = Math.floor(p / this.w) + step[0],
      column = (p % this.w) + step[1];
    if (row >= 0 && row < this.h && column >= 0 && column < this.w) this.#focus(row * this.w + column);
  }

  #focus(p) {
    this.buttons.forEach((button, q) => (button.tabIndex = q === p ? 0 : -1));
    this.buttons[p].focus();
  }

  #began(event) {
    const button = event.target.closest("button");
    if (!this.covering || !button || event.button) return;
    this.stroke = !this.covered.has(Number(button.dataset.p));
    this.pressed(Number(button.dataset.p), this.stroke);
  }

  #brushed(event) {
    if (this.stroke === null || !event.buttons) return;
    const button = document.elementFromPoint(event.clientX, event.clientY)?.closest("button");
    if (!button || !this.cells.contains(button)) return;
    const p = Number(button.dataset.p);
    if (this.covered.has(p) !== this.stroke) this.pressed(p, this.stroke);
  }
}
