// Pillow's resize, bit for bit: what the network sees here is what it sees in Python.
//
// A browser's own resize differs from one browser to the next. This one follows Pillow's Resample.c: first the rows,
// then the columns, each with a filter that is widened when a picture shrinks, in whole numbers of 22 bits.

const BITS = 22;
const FILTERS = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: bicubic },
};

function bicubic(x) {
  const a = -0.5;
  x = Math.abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** For each pixel that comes out: where its sum begins, how many pixels it takes, and their weights. */
export function weights(before, after, name) {
  const filter = FILTERS[name];
  const scale = before / after;
  const wide = Math.max(scale, 1);
  const most = Math.ceil(filter.support * wide) * 2 + 1;
  const first = new Int32Array(after),
    count = new Int32Array(after),
    table = new Int32Array(after * most);
  const k = new Float64Array(most);
  for (let i = 0; i < after; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - filter.support * wide + 0.5));
    const high = Math.min(before, Math.trunc(centre + filter.support * wide + 0.5));
    let sum = 0;
    for (let j = 0; j < high - low; j++) sum += k[j] = filter.at((j + low - centre + 0.5) * (1 / wide));
    first[i] = low;
    count[i] = high - low;
    for (let j = 0; j < high - low; j++) {
      const weight = (k[j] / sum) * (1 << BITS);
      table[i * most + j] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { first, count, table, most };
}

const clipped = (sum) => Math.max(0, Math.min(255, sum >> BITS));

/**
 * readRows(y, n): n rows of the picture from row y on, as RGBA. A large picture is read in strips, so that it is never
 * in memory a second time. → RGB, Uint8Array of newHeight · newWidth · 3.
 */
export function resize(readRows, width, height, newWidth, newHeight, filter) {
  const across = newWidth === width ? null : weights(width, newWidth, filter);
  const rows = new Uint8Array(height * newWidth * 3);
  const strip = Math.max(1, Math.floor(4e6 / width));
  for (let y = 0; y < height; y += strip) {
    const n = Math.min(strip, height - y);
    resizeRows(readRows(y, n), width, n, newWidth, across, rows.subarray(y * newWidth * 3));
  }
  return newHeight === height ? rows : resizeColumns(rows, newWidth, height, newHeight, filter);
}

function resizeRows(rgba, width, n, newWidth, across, out) {
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < newWidth; x++) {
      const to = (y * newWidth + x) * 3;
      let from = (y * width + (across ? across.first[x] : x)) * 4;
      if (!across) {
        for (let c = 0; c < 3; c++) out[to + c] = rgba[from + c];
        continue;
      }
      let r = 1 << (BITS - 1),
        g = r,
        b = r;
      const start = x * across.most,
        end = start + across.count[x];
      for (let j = start; j < end; j++, from += 4) {
        const weight = across.table[j];
        r += rgba[from] * weight;
        g += rgba[from + 1] * weight;
        b += rgba[from + 2] * weight;
      }
      out[to] = clipped(r);
      out[to + 1] = clipped(g);
      out[to + 2] = clipped(b);
    }
  }
}

function resizeColumns(rows, width, height, newHeight, filter) {
  const down = weights(height, newHeight, filter);
  const line = width * 3;
  const out = new Uint8Array(newHeight * line);
  for (let y = 0; y < newHeight; y++) {
    const start = y * down.most,
      n = down.count[y],
      top = down.first[y] * line;
    for (let i = 0; i < line; i++) {
      let sum = 1 << (BITS - 1);
      for (let j = 0; j < n; j++) sum += rows[top + j * line + i] * down.table[start + j];
      out[y * line + i] = clipped(sum);
    }
  }
  return out;
}
