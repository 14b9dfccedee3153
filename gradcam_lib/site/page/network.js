// A network in the browser: onnxruntime-web computes the last map A; the score and the map of every class follow from A
// and the last layer's weights W and b alone, because the network averages A over its Z positions before that layer:
//
//   y^c = b^c + Σ_ij e^c_ij,   e^c_ij = 1/Z Σ_k W^c_k A^k_ij,   Grad-CAM = ReLU(e^c), counterfactual = ReLU(−e^c)

import { Refused } from "./picture.js";
import { inFull, inList, number } from "./words.js";

const COMPARED = 5; // the likeliest classes, with which a shown one shares a colour scale

/** Fetches a file and reports its bytes as they come. Errors: Refused. */
async function bytesOf(url, told, arrived) {
  let response;
  try {
    response = await fetch(url, told.integrity ? { integrity: told.integrity } : {});
  } catch {
    throw new Refused(`${url} did not arrive, or is not the file that was meant.`);
  }
  if (!response.ok) throw new Refused(`${url} did not arrive: the server answers ${response.status}.`);
  const whole = new Uint8Array(told.bytes);
  let size = 0;
  try {
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (size + part.value.length <= told.bytes) whole.set(part.value, size);
      size += part.value.length;
      arrived(part.value.length);
    }
  } catch {
    throw new Refused(`${url} broke off after ${size} bytes.`);
  }
  if (size !== told.bytes) throw new Refused(`${url} has ${size} bytes instead of ${told.bytes}.`);
  return whole;
}

let runtime = null; // one for all networks

/** onnxruntime-web, from the site or from a public server; the browser compares both files with their hashes. */
async function loadRuntime({ module, wasm }, arrived) {
  const [code, binary] = await Promise.all([module, wasm].map((file) => bytesOf(file.file, file, arrived)));
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    const ort = await import(address);
    ort.env.wasm.wasmBinary = binary.buffer;
    ort.env.wasm.numThreads = 1; // more need headers that few servers send
    ort.env.logLevel = "error";
    return ort;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** told: of settings.json; base: the folder of the models; progress(done, of): bytes → Network. Errors: Refused. */
export async function loadNetwork(told, settings, progress = () => {}) {
  const files = [told.model, told.head, ...(runtime ? [] : Object.values(settings.runtime))];
  const all = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  const arrived = (n) => progress((done += n), all);
  const needed = runtime ?? loadRuntime(settings.runtime, arrived);
  const [ort, model, head] = await Promise.all([
    needed,
    bytesOf(`models/${told.model.file}`, told.model, arrived),
    bytesOf(`models/${told.head.file}`, told.head, arrived),
  ]);
  runtime = ort;
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  return new Network(told, ort, session, head);
}

export class Network {
  constructor(told, ort, session, head) {
    Object.assign(this, { told, ort, session });
    [this.h, this.w] = told.map;
    this.Z = this.h * this.w;
    const { classes: C, channels: K } = told;
    const steps = new Float32Array(head.buffer, 0, C);
    const whole = new Int16Array(head.buffer, 8 * C, C * K);
    this.bias = new Float32Array(head.buffer, 4 * C, C);
    this.W = Float32Array.from(whole, (value, i) => value * steps[Math.floor(i / K)]);
    this.last = Promise.resolve();
  }

  /** x (3, S, S) with these positions of the map filled with 0, which is grey. */
  covered(x, positions) {
    return x.map((value, i) => (positions.has(this.#position(i)) ? 0 : value));
  }

  /** The positions in whose cells x is not 0 everywhere. */
  visible(x) {
    const found = new Set();
    x.forEach((value, i) => value && found.add(this.#position(i)));
    return found;
  }

  /** In whose cell the number i of x (3, S, S) is. */
  #position(i) {
    const side = this.told.transform.crop;
    const row = Math.floor((Math.floor((i % (side * side)) / side) * this.h) / side);
    return row * this.w + Math.floor(((i % side) * this.w) / side);
  }

  /** x (3, S, S) → Seen. One run at a time: a session is not to be entered twice. */
  run(x) {
    const side = this.told.transform.crop;
    const next = this.last.then(async () => {
      const { A } = await this.session.run({ x: new this.ort.Tensor("float32", x, [1, 3, side, side]) });
      return new Seen(this, A.data.slice());
    });
    this.last = next.catch(() => {});
    return next;
  }
}

/** What the network made of one input: A, and from it the logits and the evidence for any class. */
export class Seen {
  constructor(network, A) {
    this.network = network;
    this.A = A;
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    const means = this.#column((k) => sum(A.subarray(k * network.Z, (k + 1) * network.Z)) / network.Z);
    this.logits = this.#scores(means).map((score, c) => score + network.bias[c]);
    this.probabilities = softmax(this.logits);
    this.order = [...this.logits.keys()].sort((a, b) => this.logits[b] - this.logits[a]);
  }

  /** One number for each channel, (K,). */
  #column(value) {
    return Float32Array.from({ length: this.network.told.channels }, (_, k) => value(k));
  }

  /** W times one number for each channel (K,) → (C,). */
  #scores(column) {
    const { W, told } = this.network;
    const out = new Float32Array(told.classes);
    for (let c = 0, at = 0; c < told.classes; c++) {
      let sum = 0;
      for (let k = 0; k < told.channels; k++, at++) sum += W[at] * column[k];
      out[c] = sum;
    }
    return out;
  }

  /** e^c, the signed map of a class: (h · w), which adds up to its logit without the bias. */
  evidence(c) {
    const { W, told, Z } = this.network;
    const out = new Float32Array(Z);
    for (let k = 0; k < told.channels; k++) {
      const weight = W[c * told.channels + k];
      for (let p = 0; p < Z; p++) out[p] += weight * this.A[k * Z + p];
    }
    return out.map((value) => value / Z);
  }

  /** The evidence for every class at one position p = row · w + column: (C,). */
  evidenceAt(p) {
    const { Z } = this.network;
    return this.#scores(this.#column((k) => this.A[k * Z + p] / Z));
  }

  rank(c) {
    return 1 + this.logits.filter((value) => value > this.logits[c]).length;
  }

  // ---- what is said of it ----------------------------------------------------------------------------------------------

  unit = "the logit";
  none = "no class";

  what() {
    return "class";
  }

  get names() {
    return this.network.told.names;
  }

  get labels() {
    return this.names;
  }

  get first() {
    return this.order[0];
  }

  /** In a sentence, and in a list. */
  called(c) {
    return `“${this.names[c]}”`;
  }

  listed(c) {
    return this.names[c];
  }

  numbers(c) {
    return inList(this.logits[c], this.probabilities[c]);
  }

  facts(c) {
    return inFull(this.logits[c], this.probabilities[c], this.rank(c), this.names.length);
  }

  /** The classes that share a colour scale with this one. */
  compared(c) {
    return [c, ...this.order.slice(0, COMPARED)];
  }

  /** With whose map a weak one is compared. */
  reference() {
    return { c: this.first, called: `${this.called(this.first)}, the likeliest class` };
  }

  /** What all classes have in common at a position, where their evidence is values. */
  common(values) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return `Average over all ${values.length} classes: ${number(mean)}.`;
  }
}

function softmax(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}
