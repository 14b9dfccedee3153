// One picture, what is explained of it, one map: what is shown of them and what is said about them.

import { whatPositionSays } from "./answers.js";
import { mapOf, paint, strip, whereabouts } from "./maps.js";
import { Stage } from "./stage.js";
import { number, percent } from "./words.js";

const NONE = new Set();

/** ``seen`` holds the maps: Seen of network.js or Stored of stored.js. A page's own panel extends it by ``show``. */
export class Panel {
  /** app: {settings, view, method, draw}; view holds what is common to both panels. */
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("panel").content.firstElementChild.cloneNode(true);
    this.part = (name) => this.root.querySelector(`.${name}`);
    this.stage = new Stage(this.root, app.settings.side, (p, on) => this.press(p, on));
    this.part("answer").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.c) this.choose(Number(button.dataset.c));
      else if (button) this[button.dataset.does]();
    });
    this.picture = this.source = null;
    this.choice = 0; // of pictures: what comes of an older one is dropped
    this.reset();
  }

  reset() {
    this.chosen = null; // what is explained; null: what stands first
    this.asked = null; // a position
    this.covered = NONE;
    this.seen = null;
  }

  turnOfChoice() {
    return ++this.choice;
  }

  isTurn(turn) {
    return turn === this.choice;
  }

  get c() {
    return this.chosen ?? this.seen.first;
  }

  get name() {
    return this.seen.names[this.c];
  }

  map(c = this.c, method = this.app.view.method) {
    return mapOf(this.seen, c, method, this.app.settings.side);
  }

  /** The end of a colour scale that this panel shares. */
  shared() {
    return Math.max(...this.seen.compared(this.c).map((c) => this.map(c).largest));
  }

  choose(c) {
    this.chosen = c;
    this.app.draw();
  }

  press(p) {
    if (!this.seen) return;
    this.asked = this.asked === p ? null : p;
    this.app.draw();
  }

  /** No position is asked. */
  unask() {
    this.asked = null;
    this.app.draw();
  }

  /** end: of the colour scale where it is shared, else 0. */
  draw(end = 0) {
    const { settings, view, method } = this.app;
    const map = this.map();
    this.end = Math.max(map.largest, end);
    const image = paint(this.rgb, map.values, this.end, method.kind, view.opacity, settings.colours);
    const caption = this.#caption(map, method);
    this.stage.show(this.finish(image), caption.alt);
    this.stage.mark(this.asked, this.covered, view.pressing === "cover");
    for (const name of ["title", "facts", "weak"]) this.part(name).textContent = caption[name];
    this.#scale(method.kind);
    this.show();
    this.#say(this.answers());
  }

  /** What else belongs into the picture, and into its words. */
  finish(image) {
    return image;
  }

  remarks() {
    return "";
  }

  answers() {
    return whatPositionSays(this);
  }

  #caption({ values, low, high, largest: own }, method) {
    const { seen, c } = this;
    const title = `${method.label}: ${seen.called(c)}`;
    const range = method.kind === "signed" ? `map ${number(low)} … ${number(high)}` : `map maximum ${number(own)}`;
    const facts = [...seen.facts(c), range].join(" · ");
    const weak = own ? this.#weak(own) : this.#empty(method);
    const where = own ? `Strongest ${whereabouts(values, this.app.settings.side)}` : "";
    const alt = [`${this.source.label}. ${title}`, where, facts, weak, this.remarks()].filter(Boolean).join(". ");
    return { title, facts, weak, alt: `${alt.replace(/\.+$/, "")}.` };
  }

  /** A weak map is coloured up to its own maximum, and glows as brightly as any. */
  #weak(own) {
    const { c, called } = this.seen.reference();
    const share = own / (this.map(c, "signed").largest || own);
    return share < this.app.settings.weak
      ? `Weak: its strongest value is ${percent(share)} of the strongest for or against ${called}.`
      : "";
  }

  #empty(method) {
    const way = method.name === "counterfactual" ? "against" : "for";
    return `The map is empty: no position speaks ${way} the ${this.seen.what(this.c)}.`;
  }

  /** The answers, where they are others than before; the focus stays on its button, or goes back to the picture. */
  #say(parts) {
    const box = this.part("answer"),
      now = box.cloneNode();
    now.append(...parts);
    if (now.textContent === box.textContent) return; // a screen reader is not to read it again
    const held = box.contains(document.activeElement) && document.activeElement.textContent;
    box.replaceChildren(...now.childNodes);
    const same = [...box.querySelectorAll("button")].find((button) => button.textContent === held);
    if (held) (same ?? this.stage.current).focus();
  }

  #scale(kind) {
    const end = number(this.end),
      below = number(-this.end);
    const said = kind === "signed" ? [`against ${below}`, "0", `for ${end}`] : ["0", "", end];
    ["low", "middle", "high"].forEach((name, i) => (this.part(name).textContent = said[i]));
    this.part("colours").style.background =
      `linear-gradient(to right, ${strip(kind, this.app.settings.colours).join(", ")})`;
  }
}
