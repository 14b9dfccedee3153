// A panel with what was said of a picture: a sentence and its words, questions and their answers.

import { element } from "./element.js";
import { Choices } from "./choices.js";
import { Panel } from "./panel.js";
import { Sentence } from "./stored.js";

const CALLED = {
  caption: "Caption",
  before: "Caption of the whole scene",
  true: "True sentence",
  question: "Question",
};

export class SpokenPanel extends Panel {
  constructor(app) {
    super(app);
    this.choices = new Choices(this.part("top"), (c) => this.choose(c));
    this.part("texts").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.read(Number(button.dataset.text));
    });
  }

  /** rgb: the square that the networks see; source: of words.json; texts: Sentence and Answers, one for each text. */
  setPicture(rgb, source, texts) {
    this.reset();
    Object.assign(this, { rgb, source, texts });
    this.part("texts").replaceChildren(...texts.map(({ text }, i) => textButton(text, i)));
  }

  /** Another text has other words, and its maps may have other positions. */
  read(i, chosen = null, asked = null) {
    Object.assign(this, { i, chosen, asked, seen: this.texts[i] });
    const { h, w } = this.seen.network;
    this.stage.divide(h, w);
    this.app.draw();
  }

  show() {
    const { seen } = this;
    this.root
      .querySelectorAll(".texts button")
      .forEach((button, i) => button.setAttribute("aria-pressed", i === this.i));
    this.part("which").textContent = seen.heading;
    this.part("top").classList.toggle("sentence", seen instanceof Sentence);
    this.choices.show(seen, seen.order, this.c);
    this.part("speaker").textContent = seen.text.by;
  }
}

function textButton({ kind, text }, i) {
  const row = element("li");
  const button = element("button");
  button.dataset.text = i;
  button.append(element("span", "kind", `${CALLED[kind]}: `), text);
  row.append(button);
  return row;
}
