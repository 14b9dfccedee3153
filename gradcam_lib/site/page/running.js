// A panel whose maps come from a network that runs here: any picture, any class, and cells that a reader covers.

import { comparison, costOf } from "./answers.js";
import { Classes } from "./classes.js";
import { paint } from "./maps.js";
import { Panel } from "./panel.js";
import { atSize, toInput } from "./picture.js";
import { Stage } from "./stage.js";
import { called } from "./words.js";

export class RunningPanel extends Panel {
  constructor(app) {
    super(app);
    this.classes = new Classes(this.part("classes"), (c) => this.choose(c));
    this.turn = this.brushed = 0; // of what is asked for; an answer to an older one is dropped
  }

  reset() {
    super.reset();
    this.covered = new Set();
    this.after = this.compared = null;
  }

  /** source: {name: of a sample, or null, label, alt}. Errors: Refused, and the picture before stays. */
  setPicture(picture, source) {
    const { settings, network, view } = this.app;
    picture.check((network?.told ?? settings.networks[0]).transform, view.part);
    this.picture?.close();
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
    const name = this.chosen === null ? null : this.seen.names[this.chosen];
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

  /** on: whether a brush covers. */
  async press(p, on) {
    if (!this.seen) return;
    if (this.app.view.pressing === "ask") return super.press(p);
    on ? this.covered.add(p) : this.covered.delete(p);
    this.after = null;
    this.app.draw();
    await this.#again();
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
    const count = ++this.brushed;
    if (!covered.size) return (this.after = null);
    if (this.compared?.size !== covered.size) this.compared = null;
    await new Promise(requestAnimationFrame); // so that a stroke over several cells runs the network once
    if (count !== this.brushed) return;
    const after = await seen.network.run(seen.network.covered(this.x, covered));
    if (count === this.brushed && seen === this.seen && covered === this.covered) this.after = after;
  }

  draw(end) {
    const began = performance.now();
    super.draw(end);
    this.drew = performance.now() - began;
    const seconds = (this.ran / 1000).toFixed(2);
    this.part("time").textContent =
      `On this machine the network took ${seconds} s, and this map ${Math.ceil(this.drew)} ms.`;
  }

  show() {
    this.classes.show(this.seen, this.c);
  }

  finish(image) {
    const { h, w, told } = this.seen.network;
    return Stage.cover(image, this.covered, h, w, told.transform.margin);
  }

  remarks() {
    if (!this.covered.size) return "";
    const places = [...this.covered].sort((a, b) => a - b).map((p) => called(p, this.seen.network.w));
    return `Covered: ${places.join("; ")}`;
  }

  answers() {
    return [...costOf(this), ...super.answers()];
  }
}
