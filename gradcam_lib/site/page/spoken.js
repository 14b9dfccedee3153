// The page of words: what networks said of a dozen pictures, with maps that were computed when the site was built.

import { element } from "./element.js";
import { App } from "./app.js";
import { Link, keyOf, place, writePicture, writeView } from "./link.js";
import { complain, say } from "./messages.js";
import { Refused, atSize } from "./picture.js";
import { SpokenPanel } from "./spoken_panel.js";
import { Answers, Sentence } from "./stored.js";

const MIDDLE = "middle"; // the part of a picture that these networks see

class Spoken extends App {
  stored = new Map(); // the maps of a picture come once

  prepare() {
    document.getElementById("measured").append(...this.settings.measured.map(measuredRow));
    for (const link of document.querySelectorAll('a[href^="#"]'))
      // to maps of this page, which stand further up
      link.addEventListener("click", () => document.getElementById("panels").scrollIntoView());
  }

  newPanel() {
    return new SpokenPanel(this);
  }

  sample(wanted) {
    return this.settings.samples.find(({ name }) => name === wanted);
  }

  /** wanted: {picture, text, chosen, asked}. → why it does not come, or "". What was there before stays then. */
  async fill(panel, wanted) {
    const sample = this.sample(wanted.picture);
    const turn = panel.turnOfChoice();
    try {
      const [picture, texts] = await Promise.all([this.picture(sample), this.#texts(sample)]);
      if (!panel.isTurn(turn)) return ""; // another was chosen meanwhile
      const { rgb } = picture.seen(atSize(this.settings.transform, this.settings.side), MIDDLE);
      picture.close();
      panel.setPicture(rgb, sample, texts);
      panel.read(wanted.text ?? 0, wanted.chosen, wanted.asked);
      return "";
    } catch (error) {
      if (!(error instanceof Refused)) complain(error);
      else say(error.message, "Problem", () => this.#again(panel, wanted));
      return error.message;
    }
  }

  #again(panel, wanted) {
    say("");
    return this.fill(panel, wanted);
  }

  /** Errors: Refused. */
  async #texts({ name, label, texts }) {
    if (!this.stored.has(name)) {
      const response = await fetch(`words/${name}.maps`).catch(() => ({}));
      const bytes = response.ok ? await response.arrayBuffer().catch(() => null) : null;
      const sizes = texts.map(({ map, steps }) => 2 * map[0] * map[1] * steps.length);
      if (bytes?.byteLength !== sizes.reduce((a, b) => a + b))
        throw new Refused(`The maps of ${label} did not arrive.`);
      let at = 0;
      const parts = sizes.map((size) => new Int16Array(bytes, (at += size) - size, size / 2));
      const made = (text, i) => new (text.kind === "question" ? Answers : Sentence)(text, parts[i]);
      this.stored.set(name, texts.map(made));
    }
    return this.stored.get(name);
  }

  /** The second panel begins with what the first shows, and another word or answer of it. */
  second({ source, i, seen, c }) {
    const strongest = seen?.reference().c;
    const chosen = seen && (strongest === c ? seen.order.find((k) => k !== c) : strongest);
    return { picture: source?.name ?? this.settings.samples[1].name, text: i, chosen };
  }

  async goTo(hash) {
    const { problem, strange } = await super.goTo(hash);
    if (!problem && strange.length) say(`The link names what is not on offer here: ${strange.join(", ")}.`, "Note");
  }

  // ---- the address: a text and a word or an answer of it, counted from 1 -----------------------------------------------

  fromHash(hash) {
    const link = new Link(hash);
    const { samples } = this.settings;
    const panels = link.panels.map((i) => {
      const picture = link.one(keyOf("picture", i), names(samples), samples[0].name);
      const { texts } = this.sample(picture);
      const text = (link.whole(keyOf("text", i), texts.length, 1) ?? 1) - 1;
      const { map, names: offered } = texts[text];
      const chosen = link.whole(keyOf(addressed(texts[text]), i), offered.length, 1);
      return { picture, text, chosen: chosen && chosen - 1, asked: link.places(keyOf("position", i), map)[0] ?? null };
    });
    return { state: { ...link.view(this.settings), panels }, strange: link.strange };
  }

  toHash() {
    const out = new URLSearchParams();
    writeView(out, this.view, this.settings);
    this.panels.forEach((panel, i) => {
      const { source, seen, asked, c } = panel.seen ? panel : {};
      writePicture(out, source?.name ?? this.settings.samples[0].name, i, this.settings);
      if (panel.i) out.set(keyOf("text", i), panel.i + 1);
      if (seen && c !== seen.first) out.set(keyOf(addressed(seen.text), i), c + 1);
      if (seen && asked !== null) out.set(keyOf("position", i), place(asked, seen.network.w));
    });
    return out.toString();
  }
}

const addressed = ({ kind }) => (kind === "question" ? "answer" : "word");
const names = (list) => list.map(({ name }) => name);

function measuredRow({ of, map, middle }) {
  const row = element("tr");
  const head = element("th", "", of);
  head.scope = "row";
  row.append(head, ...[map, middle].map((value) => element("td", "", inPercent(value))));
  return row;
}

const inPercent = ({ value, low, high }) =>
  `${Math.round(100 * value)} % (${Math.round(100 * low)} … ${Math.round(100 * high)})`;

export const app = new Spoken("words.json");
app.start();
