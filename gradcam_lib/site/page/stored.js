// The words of a sentence or the answers to a question, with maps that were computed when the site was built. To a panel
// they are what Seen of network.js is: maps before the ReLU, scores, and what is said of them.

import { decimals, inFull, inList, number, percent } from "./words.js";

/** text: of words.json; whole: its maps one after the other, as whole numbers of a step each. */
class Stored {
  constructor(text, whole) {
    const [h, w] = text.map;
    Object.assign(this, { text, whole, network: { h, w }, Z: h * w, logits: text.scores });
  }

  /** The signed map number k, (h · w). */
  evidence(k) {
    return Float32Array.from({ length: this.Z }, (_, p) => this.#at(k, p));
  }

  /** At one position p = row · w + column, of each word or answer. */
  evidenceAt(p) {
    return this.text.names.map((_, k) => this.#at(k, p));
  }

  #at(k, p) {
    return this.whole[k * this.Z + p] * this.text.steps[k];
  }
}

/** Words are numbered from 0; one number more is the whole sentence, whose log p and map are the sums over its words. */
export class Sentence extends Stored {
  unit = "log p";
  none = "no word";
  heading = "Which word?";

  constructor(text, whole) {
    super(text, whole);
    this.T = text.names.length;
    this.labels = this.names = [...text.names, "whole sentence"];
    this.logits = [...text.scores, text.scores.reduce((a, b) => a + b)];
    this.probabilities = this.logits.map(Math.exp);
    this.first = this.T;
    this.order = [this.T, ...text.names.keys()];
  }

  evidence(c) {
    if (c < this.T) return super.evidence(c);
    const words = this.text.names.map((_, t) => super.evidence(t));
    return words[0].map((_, p) => words.reduce((sum, word) => sum + word[p], 0));
  }

  what(c = 0) {
    return c < this.T ? "word" : "sentence";
  }

  called(c) {
    return c < this.T ? `“${this.names[c]}”, word ${c + 1} of ${this.T}` : `all ${this.T} words`;
  }

  /** Its place in the list. */
  rank(c) {
    return c < this.T ? c + 1 : 0;
  }

  /** Two words of a sentence may be the same. */
  listed(c) {
    const twice = this.text.names.filter((name) => name === this.names[c]).length > 1;
    return twice ? `${this.names[c]} (word ${c + 1})` : this.names[c];
  }

  numbers(c) {
    return c < this.T ? percent(this.probabilities[c]) : this.facts(c)[0];
  }

  facts(c) {
    const score = `log p ${decimals(this.logits[c])}`;
    return c < this.T ? [score, `probability ${percent(this.probabilities[c])}`] : [`${score}, the sum of its words`];
  }

  compared(c) {
    return c < this.T ? [...this.text.names.keys()] : this.order;
  }

  reference() {
    const sizes = this.text.names.map((_, t) => Math.max(...super.evidence(t).map(Math.abs)));
    const c = sizes.indexOf(Math.max(...sizes));
    return { c, called: `“${this.names[c]}”, word ${c + 1}` };
  }

  common(values, p, c) {
    return c < this.T ? `All ${this.T} words together: ${number(values.reduce((a, b) => a + b))}.` : "";
  }
}

/** The likeliest answers, the likeliest first; behind their maps comes the mean over all answers of the network. */
export class Answers extends Stored {
  unit = "the logit";
  none = "none of these answers";
  heading = "Which answer?";

  constructor(text, whole) {
    super(text, whole);
    this.names = text.names;
    this.labels = text.names.map((name) => (name === text.true ? `${name} (true)` : name));
    this.probabilities = text.probabilities;
    this.first = 0;
    this.order = [...text.names.keys()];
  }

  what() {
    return "answer";
  }

  called(c) {
    return `“${this.names[c]}”`;
  }

  listed(c) {
    return this.labels[c];
  }

  rank(c) {
    return this.text.ranks[c];
  }

  numbers(c) {
    return inList(this.logits[c], this.probabilities[c]);
  }

  facts(c) {
    const facts = inFull(this.logits[c], this.probabilities[c], this.rank(c), this.text.of);
    return this.names[c] === this.text.true ? [...facts, "true"] : facts;
  }

  compared() {
    return this.order;
  }

  reference() {
    return { c: 0, called: `${this.called(0)}, the likeliest answer` };
  }

  common(values, p) {
    return `Average over all ${this.text.of} answers: ${number(this.evidence(this.names.length)[p])}.`;
  }
}
