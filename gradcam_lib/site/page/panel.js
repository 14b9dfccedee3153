// One picture, one class, one map: what is shown of them and what is said about them.

import { comparison, costOf, whatPositionSays } from "./answers.js";
import { Classes } from "./classes.js";
import { mapOf, paint, strip, whereabouts } from "./maps.js";
import { atSize, toInput } from "./picture.js";
import { Stage } from "./stage.js";
import { called, decimals, number, percent } from "./words.js";

export class Panel {
  /** app: {settings, network, view}; view holds what is common to both panels. */
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("panel").content.firstElementChild.cloneNode(true);
    this.part = (name) => this.root.querySelector(`.${name}`);
    this.stage = new Stage(this.root, app.settings.side, (p, on) => this.press(p, on));
    this.classes = new Classes(this.part("classes"), (c) => this.choose(c));
    this.part("answer").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.c) this.choose(Number(button.dataset.c));
      else if (button) this[button.dataset.does]();
    });
    this.reset();
    this.picture = this.source = null;
    this.turn = 0; // of what is asked for; an answer to an older one is dropped
  }

  reset() {
    this.chosen = null; // a class; null: the likeliest
    this.asked = null; // a position
    this.covered = new Set();
    this.seen = this.after = this.compared = null;
  }

  /** source: {name: of a sample, or null, label, alt}. Errors: Refused, and the picture before stays. */
  setPicture(picture, source) {
    const { settings, network, view } = this.app;
    picture.check((network?.told ?? settings.networks[0]).transform, view.part);
    this.reset();
    Object.assign(this, { picture, source });
  }

  /** The picture goes through the network: when it, the network or the part is another one. */
  async look() {
    const { network, view, settings } = this.app;
    const turn = ++this.turn;
    if (!this.picture) return;
    if (!network) return this.#unseen();
    const began = performance.now();
    const { transform } = network.told;
    const x = toInput(this.picture.seen(transform, view.part), transform);
    const rgb = this.picture.seen(atSize(transform, settings.side), view.part).rgb;
    const seen = await network.run(x);
    if (turn !== this.turn) return;
    if (this.seen && this.seen.network !== network) this.#forget(network);
    Object.assign(this, { x, rgb, seen, after: null, compared: null, ran: performance.now() - began });
    this.chosen = this.chosen < network.told.classes ? this.chosen : null;
    this.stage.divide(network.h, network.w);
    if (this.covered.size) await this.#again();
    this.app.draw();
  }

  /** Another network has other classes and positions. */
  #forget(network) {
    const name = this.chosen === null ? null : this.seen.network.told.names[this.chosen];
    this.chosen = name === null ? null : network.told.names.indexOf(name);
    if (this.chosen === -1) this.chosen = null;
    this.asked = null;
    this.covered = new Set();
  }

  /** Before the network has come: the picture alone. */
  #unseen() {
    const { settings, view } = this.app;
    const told = settings.networks[0];
    const { rgb } = this.picture.seen(atSize(told.transform, settings.side), view.part);
    this.stage.show(paint(rgb, new Float32Array(settings.side ** 2), 0, "heat", 0, settings.colours), this.source.alt);
  }

  get c() {
    return this.chosen ?? this.seen.order[0];
  }

  get name() {
    return this.seen.network.told.names[this.c];
  }

  map(c = this.c, method = this.app.view.method) {
    return mapOf(this.seen, c, method, this.app.settings.side);
  }

  /** The end of a colour scale that this panel, its class and its likeliest classes share. */
  shared() {
    return Math.max(...[this.c, ...this.seen.order.slice(0, 5)].map((c) => this.map(c).largest));
  }

  choose(c) {
    this.chosen = c;
    this.app.draw();
  }

  /** on: whether a brush covers. */
  async press(p, on) {
    if (!this.seen) return;
    if (this.app.view.pressing === "ask") {
      this.asked = this.asked === p ? null : p;
      return this.app.draw();
    }
    on ? this.covered.add(p) : this.covered.delete(p);
    this.after = null;
    this.app.draw();
    await this.#again();
    this.app.draw();
  }

  /** No position is asked. */
  unask() {
    this.asked = null;
    this.app.draw();
  }

  uncover() {
    this.covered = new Set();
    this.after = this.compared = null;
    this.app.draw();
  }

  /** Beside the cells that a reader covered: those where the map is strongest, and random ones. */
  async compare() {
    const { seen, covered, c } = this;
    this.compared = { c, size: covered.size };
    this.app.draw();
    const found = await comparison(seen, this.x, covered.size, c);
    if (seen !== this.seen || this.compared?.c !== c || this.compared.size !== this.covered.size) return;
    this.compared = found;
    this.app.draw();
  }

  /** The covered picture goes through the network. */
  async #again() {
    const seen = this.seen,
      covered = this.covered;
    const count = (this.brushed = (this.brushed ?? 0) + 1);
    if (!covered.size) return (this.after = null);
    if (this.compared?.size !== covered.size) this.compared = null;
    await new Promise(requestAnimationFrame); // so that a stroke over several cells runs the network once
    if (count !== this.brushed) return;
    const after = await seen.network.run(seen.network.covered(this.x, covered));
    if (count === this.brushed && seen === this.seen && covered === this.covered) this.after = after;
  }

  /** end: of the colour scale where it is shared, else 0. */
  draw(end = 0) {
    if (!this.seen) return;
    const began = performance.now();
    const { settings, view, method } = this.app;
    const { colours } = settings;
    const map = this.map();
    this.end = Math.max(map.largest, end);
    const { h, w, told } = this.seen.network;
    const image = paint(this.rgb, map.values, this.end, method.kind, view.opacity, colours);
    const caption = this.#caption(map, method);
    this.stage.show(Stage.cover(image, this.covered, h, w, told.transform.margin), caption.alt);
    this.stage.mark(this.asked, this.covered, view.pressing === "cover");
    for (const name of ["title", "facts", "weak"]) this.part(name).textContent = caption[name];
    this.#scale(method.kind);
    this.classes.show(this.seen, told.names, this.c);
    this.#say([...costOf(this), ...whatPositionSays(this)]);
    this.drew = performance.now() - began;
    const seconds = (this.ran / 1000).toFixed(2);
    this.part("time").textContent =
      `On this machine the network took ${seconds} s, and this map ${Math.ceil(this.drew)} ms.`;
  }

  #caption({ values, low, high, largest: own }, method) {
    const { seen, c } = this;
    const { told } = seen.network;
    const title = `${method.label}: “${this.name}”`;
    const range = method.kind === "signed" ? `map ${number(low)} … ${number(high)}` : `map maximum ${number(own)}`;
    const facts = [
      `Logit ${decimals(seen.logits[c])}`,
      `probability ${percent(seen.probabilities[c])}`,
      `rank ${seen.rank(c)} of ${told.classes}`,
      range,
    ].join(" · ");
    const weak = own ? this.#weak(own) : this.#empty(method);
    const where = own ? `Strongest ${whereabouts(values, this.app.settings.side)}` : "";
    const covered = this.covered.size
      ? `Covered: ${[...this.covered]
          .sort((a, b) => a - b)
          .map((p) => called(p, seen.network.w))
          .join("; ")}`
      : "";
    const alt = [`${this.source.label}. ${title}`, where, facts, weak, covered].filter(Boolean).join(". ");
    return { title, facts, weak, alt: `${alt.replace(/\.+$/, "")}.` };
  }

  /** A weak map is coloured up to its own maximum, and glows as brightly as any. */
  #weak(own) {
    const first = this.seen.order[0];
    const share = own / (this.map(first, "signed").largest || own);
    if (share >= this.app.settings.weak) return "";
    const likeliest = `“${this.seen.network.told.names[first]}”, the likeliest class`;
    return `Weak: its strongest value is ${percent(share)} of that for ${likeliest}.`;
  }

  #empty(method) {
    const way = method.name === "counterfactual" ? "against" : "for";
    return `The map is empty because no position speaks ${way} the class.`;
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
