// What one network of each skew says of eight people, as drawn and edited: answers and maps, all of them measured before.

import { mapOf } from "../maps.js";

export class Looked {
  /** settings: of the page; levels: Int8Array, every map in steps of the largest value of its person and skew. */
  constructor(settings, levels) {
    Object.assign(this, { settings, levels, seen: new Map() });
  }

  /** Of the skew s, the person i and the version v: the logit of the first class; the second one has its negative. */
  logit(s, i, v, seed = 0) {
    return this.settings.skews[s].logits[seed][i][v];
  }

  /** The number of the class that the network says. */
  says(s, i, v, seed = 0) {
    return this.logit(s, i, v, seed) < 0 ? 1 : 0;
  }

  /** The probability of what it says. */
  probability(s, i, v) {
    return 1 / (1 + Math.exp(-2 * Math.abs(this.logit(s, i, v))));
  }

  /** The evidence of a picture as maps.js asks for it. */
  picture(s, i, v) {
    const { people, versions, maps, skews } = this.settings;
    const number = (s * people.length + i) * versions.length + v;
    if (!this.seen.has(number)) {
      const size = maps.h * maps.w;
      const step = skews[s].largest[i] / maps.levels;
      const evidence = (c) =>
        Float32Array.from(this.levels.subarray(number * size, (number + 1) * size), (level) =>
          c ? -level * step : level * step,
        );
      this.seen.set(number, { network: maps, evidence });
    }
    return this.seen.get(number);
  }

  /** A map at the pixels shown, as maps.js gives it. c: a class, or null for the one that the network says. */
  map(s, i, v, c, method) {
    return mapOf(this.picture(s, i, v), c ?? this.says(s, i, v), method, this.settings.side);
  }

  /** The largest value in all maps of a person: of every skew and version. */
  largest(i, c, method) {
    const { skews, versions } = this.settings;
    const each = skews.flatMap((_, s) => versions.map((_, v) => this.#most(s, i, v, c, method)));
    return Math.max(...each);
  }

  #most(s, i, v, c, method) {
    const values = this.picture(s, i, v).evidence(c ?? this.says(s, i, v));
    return values.reduce((most, value) => Math.max(most, method === "signed" ? Math.abs(value) : value), 0);
  }

  /** In how many of the people the version has another answer than the person as drawn. */
  changed(s, v, seed = 0) {
    return this.settings.people.filter((_, i) => this.says(s, i, v, seed) !== this.says(s, i, 0, seed)).length;
  }

  /** The same for every network of the skew. */
  changes(s, v) {
    return this.settings.skews[s].logits.map((_, seed) => this.changed(s, v, seed));
  }

  /** How many people, as drawn, get the right answer. */
  right(s, seed = 0) {
    const { people, names } = this.settings;
    return people.filter(({ role }, i) => names[this.says(s, i, 0, seed)] === role).length;
  }

  /** In how many pictures another network of the same skew says the same. */
  alike(s, seed) {
    const { people, versions } = this.settings;
    return people.flatMap((_, i) => versions.filter((_, v) => this.says(s, i, v) === this.says(s, i, v, seed))).length;
  }
}
