// The live page: a network that runs in the browser, and pictures for it, samples or a reader's own.

import { fromHash, toHash } from "./address.js";
import { App } from "./app.js";
import { changed, checkRadio, choices, connectRadios } from "./controls.js";
import { complain, say, waiting } from "./messages.js";
import { loadNetwork } from "./network.js";
import { Refused, openPicture } from "./picture.js";
import { RunningPanel } from "./running.js";
import { listen } from "./sources.js";

const part = (id) => document.getElementById(id);

class Live extends App {
  network = null;
  networks = new Map();

  async start() {
    if (typeof WebAssembly !== "object") return; // before.js has said so
    await super.start();
  }

  prepare() {
    const { networks } = this.settings;
    choices("network", networks);
    part("networks-about").textContent = networks
      .map(
        ({ label, about, transform, map }) =>
          `${label}: ${about}; it sees ${transform.crop} × ${transform.crop} pixels, and its map has ` +
          `${map.join(" × ")} positions.`,
      )
      .join(" ");
    changed(
      "network",
      ({ value }) => (this.view.network = value),
      () => this.useNetwork(),
    );
    changed(
      "part",
      ({ value }) => (this.view.part = value),
      () => this.panels.forEach(look),
    );
    connectRadios("pressing", (value) => {
      this.view.pressing = value;
      this.draw();
    });
    listen((...given) => this.take(...given), say);
  }

  newPanel() {
    return new RunningPanel(this);
  }

  keep() {
    for (const id of ["network", "part"]) part(id).value = this.view[id];
    checkRadio("pressing", this.view.pressing);
  }

  fromHash(hash) {
    return fromHash(hash, this.settings);
  }

  toHash() {
    return toHash({ ...this.view, panels: this.panels.map((panel) => this.#stateOf(panel)) }, this.settings);
  }

  #stateOf({ chosen, asked, source, covered, seen }) {
    const w = (seen?.network.told ?? this.told).map[1];
    return { picture: source?.name ?? null, chosen, asked, covered: [...covered], w };
  }

  async goTo(hash) {
    const { problem, strange } = await super.goTo(hash);
    if (!this.network) return;
    if (problem && this.panels.some((panel) => !panel.picture)) say(problem);
    else if (strange.length) say(`The link names what is not on offer here: ${strange.join(", ")}.`, "Note");
  }

  /** But not the one about a network that is still missing. */
  hush() {
    if (this.network) say("");
  }

  /** What is told of the network of the view. */
  get told() {
    return this.settings.networks.find(({ name }) => name === this.view.network);
  }

  load() {
    this.network = this.networks.get(this.view.network) ?? null;
    return this.network ? null : this.useNetwork();
  }

  /** Loads the network of the view where it is not there yet, and looks at every picture with it. */
  async useNetwork() {
    const { told } = this;
    say("");
    if (!this.networks.has(told.name)) {
      this.network = null;
      const bytes = told.model.bytes + told.head.bytes;
      const text = `${told.label} is on its way (${Math.ceil(bytes / 1e6)} MB, once).`;
      let waits = true; // where one file fails, others may still be arriving
      const progress = (done, of) => waits && waiting(text, done, of);
      progress(0, 1);
      try {
        this.networks.set(told.name, await loadNetwork(told, this.settings, progress));
      } catch (error) {
        waits = false;
        const why = error instanceof Refused ? error.message : `The network cannot be run: ${error.message}`;
        return say(why, "Problem", () => this.useNetwork());
      }
      say("");
    }
    if (told !== this.told) return; // another was chosen meanwhile
    this.network = this.networks.get(told.name);
    await Promise.all(this.panels.map(look));
  }

  /** blob: what was opened, dropped, pasted or photographed; target: where it was dropped. → whether it is a picture. */
  async take(blob, name, target) {
    const dropped = this.panels.findIndex((panel) => panel.root.contains(target ?? null));
    const panel = this.panels[dropped >= 0 ? dropped : this.active];
    const turn = panel.turnOfChoice();
    try {
      const picture = await openPicture(blob, this.settings.limits, name);
      if (!panel.isTurn(turn)) return false; // another was chosen meanwhile
      panel.setPicture(picture, { name: null, label: "Your own picture", alt: "Your own picture." });
      this.hush();
      await panel.look();
      this.draw();
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  /** wanted: {picture: name of a sample, chosen, asked, covered}. → why it does not come, or "". */
  async fill(panel, wanted) {
    const sample = this.settings.samples.find(({ name }) => name === wanted.picture);
    const turn = panel.turnOfChoice();
    try {
      const picture = await this.picture(sample);
      if (!panel.isTurn(turn)) return "";
      panel.setPicture(picture, sample);
      const { chosen = null, asked = null, covered = [] } = wanted;
      Object.assign(panel, { chosen, asked, covered: new Set(covered) });
      await panel.look();
      return "";
    } catch (error) {
      complain(error);
      return error.message;
    }
  }

  /** The second panel begins with another sample. */
  second(first) {
    return { picture: this.settings.samples.find(({ name }) => name !== first?.source?.name).name };
  }
}

async function look(panel) {
  try {
    await panel.look();
  } catch (error) {
    complain(error);
  }
}

export const app = new Live("settings.json");
app.start();
