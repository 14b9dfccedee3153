// Maps as numbers and as colours, as in the library's overlay: zero stays zero, nothing is stretched.

/** method → what is shown of the signed evidence. */
const SHOWN = {
  grad_cam: (e) => Math.max(e, 0),
  counterfactual: (e) => Math.max(-e, 0),
  signed: (e) => e,
};
const KEPT = 24; // maps of one picture; the opacity slider and a shared scale ask for the same ones again

/** The map of a class at the pixels of the picture shown: {values (side · side), low, high, largest}. */
export function mapOf(seen, c, method, side) {
  seen.maps ??= new Map();
  const key = `${method} ${c} ${side}`;
  if (!seen.maps.has(key)) {
    if (seen.maps.size >= KEPT) seen.maps.delete(seen.maps.keys().next().value);
    const { h, w } = seen.network;
    seen.maps.set(key, bounded(upsample(seen.evidence(c).map(SHOWN[method]), h, w, side)));
  }
  return seen.maps.get(key);
}

function bounded(values) {
  let low = Infinity,
    high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { values, low, high, largest: Math.max(-low, high) };
}

/** Bilinear, the centre of a cell stays where it is: torch's interpolate with align_corners=False. */
export function upsample(values, h, w, side) {
  const columns = axis(w, side),
    rows = axis(h, side);
  const lines = new Float32Array(h * side); // the rows of the map, made wide
  for (let row = 0; row < h; row++) {
    for (let x = 0; x < side; x++) {
      const left = values[row * w + columns.low[x]],
        right = values[row * w + columns.high[x]];
      lines[row * side + x] = left + (right - left) * columns.share[x];
    }
  }
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const top = rows.low[y] * side,
      bottom = rows.high[y] * side,
      share = rows.share[y];
    for (let x = 0; x < side; x++) out[y * side + x] = lines[top + x] + (lines[bottom + x] - lines[top + x]) * share;
  }
  return out;
}

/** For each pixel the two cells that it lies between, and how far it is from the first to the second. */
function axis(n, side) {
  const low = new Int32Array(side),
    high = new Int32Array(side),
    share = new Float32Array(side);
  for (let i = 0; i < side; i++) {
    const at = Math.max(0, ((i + 0.5) * n) / side - 0.5);
    low[i] = Math.min(Math.floor(at), n - 1);
    high[i] = Math.min(low[i] + 1, n - 1);
    share[i] = at - low[i];
  }
  return { low, high, share };
}

/** In words, where a map (side · side) is strongest; of places as strong, the first. */
export function whereabouts(values, side) {
  let at = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[at])) at = i;
  const down = ["at the top", "", "at the bottom"][Math.floor((3 * Math.floor(at / side)) / side)];
  const across = ["on the left", "", "on the right"][Math.floor((3 * (at % side)) / side)];
  return [down, across].filter(Boolean).join(" ") || "in the middle";
}

/** The colour of a value in −1 … 1, [r, g, b]. */
function colourOf(value, kind, colours) {
  if (kind === "signed") return value > 0 ? colours.for : colours.against;
  return colours.heat[Math.round(255 * value)];
}

/** How much of the opacity it gets. */
const shareOf = (value, kind, colours) => (kind === "signed" ? Math.abs(value) : Math.pow(value, colours.power));

/** rgb (side · side · 3) and a map over its grey copy → ImageData. end: the value at the end of the colour scale. */
export function paint(rgb, values, end, kind, opacity, colours) {
  const side = Math.sqrt(values.length);
  const image = new ImageData(side, side);
  const data = image.data;
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const r = rgb[3 * i],
      g = rgb[3 * i + 1],
      b = rgb[3 * i + 2];
    data[at + 3] = 255;
    if (!opacity) {
      data[at] = r; // in its colours
      data[at + 1] = g;
      data[at + 2] = b;
      continue;
    }
    const value = end ? values[i] / end : 0;
    const colour = colourOf(value, kind, colours);
    const alpha = opacity * shareOf(value, kind, colours);
    const grey = (1 - alpha) * Math.floor((r + g + b) / 3);
    data[at] = grey + alpha * colour[0]; // rounded by the array itself
    data[at + 1] = grey + alpha * colour[1];
    data[at + 2] = grey + alpha * colour[2];
  }
  return image;
}

/** The scale from left to right as colours for a gradient of CSS or a canvas. */
export function strip(kind, colours, steps = 33) {
  return Array.from({ length: steps }, (_, i) => {
    const value = kind === "signed" ? (2 * i) / (steps - 1) - 1 : i / (steps - 1);
    const ground = kind === "signed" ? colours.nothing : [colours.dark, colours.dark, colours.dark];
    const colour = colourOf(value, kind, colours),
      share = shareOf(value, kind, colours);
    return `rgb(${ground.map((grey, c) => Math.round((1 - share) * grey + share * colour[c])).join(", ")})`;
  });
}
