// Maps as numbers and as colours, as in the library's overlay: zero stays zero, nothing is stretched.

/** method → what is shown of the signed evidence. */
const SHOWN = {
  grad_cam: (e) => Math.max(e, 0),
  counterfactual: (e) => Math.max(-e, 0),
  signed: (e) => e,
};

/** The map of a class at the pixels of the picture shown, (side · side). */
export function mapOf(seen, c, method, side) {
  const { h, w } = seen.network;
  return upsample(seen.evidence(c).map(SHOWN[method]), h, w, side);
}

/** Bilinear, the centre of a cell stays where it is: torch's interpolate with align_corners=False. */
export function upsample(values, h, w, side) {
  const axis = (n) =>
    Array.from({ length: side }, (_, i) => {
      const at = Math.max(0, ((i + 0.5) * n) / side - 0.5);
      const low = Math.min(Math.floor(at), n - 1);
      return [low, Math.min(low + 1, n - 1), at - low];
    });
  const rows = axis(h), columns = axis(w);
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const [top, bottom, down] = rows[y];
    for (let x = 0; x < side; x++) {
      const [left, right, across] = columns[x];
      const above = values[top * w + left] * (1 - across) + values[top * w + right] * across;
      const below = values[bottom * w + left] * (1 - across) + values[bottom * w + right] * across;
      out[y * side + x] = above * (1 - down) + below * down;
    }
  }
  return out;
}

export const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** In words, where a map (side · side) is strongest; of cells as strong, the first. */
export function whereabouts(values, side) {
  let at = 0;
  values.forEach((value, i) => Math.abs(value) > Math.abs(values[at]) && (at = i));
  const down = ["at the top", "", "at the bottom"][Math.floor((3 * Math.floor(at / side)) / side)];
  const across = ["on the left", "", "on the right"][Math.floor((3 * (at % side)) / side)];
  return [down, across].filter(Boolean).join(" ") || "in the middle";
}

/** One colour of a map: value in −1 … 1 → [r, g, b, how opaque]. */
function coloured(value, kind, colours) {
  if (kind === "signed") return [value > 0 ? colours.for : colours.against, Math.abs(value)];
  return [colours.heat[Math.round(255 * value)], Math.pow(value, colours.power)];
}

/** rgb (side · side · 3) and a map over its grey copy → ImageData. end: the value at the end of the colour scale. */
export function paint(rgb, values, end, kind, opacity, colours) {
  const side = Math.sqrt(values.length);
  const image = new ImageData(side, side);
  for (let i = 0; i < values.length; i++) {
    const grey = Math.floor((rgb[3 * i] + rgb[3 * i + 1] + rgb[3 * i + 2]) / 3);
    const [colour, share] = coloured(end ? values[i] / end : 0, kind, colours);
    for (let c = 0; c < 3; c++) {
      const alpha = opacity * share;
      image.data[4 * i + c] = opacity ? Math.round((1 - alpha) * grey + alpha * colour[c]) : rgb[3 * i + c];
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** The scale from left to right as colours for a gradient of CSS or a canvas. */
export function strip(kind, colours, steps = 33) {
  return Array.from({ length: steps }, (_, i) => {
    const value = kind === "signed" ? (2 * i) / (steps - 1) - 1 : i / (steps - 1);
    const ground = kind === "signed" ? colours.nothing : [colours.dark, colours.dark, colours.dark];
    const [colour, share] = coloured(value, kind, colours);
    return `rgb(${ground.map((grey, c) => Math.round((1 - share) * grey + share * colour[c])).join(", ")})`;
  });
}
