// Numbers and short sentences, as the widgets of the notebooks write them.

const minus = (text) => text.replaceAll("-", "−");

/** Three digits. */
export function number(value) {
  const size = Math.abs(value);
  if (!size) return "0";
  return minus(size < 1e-4 || size >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(3))));
}

export const decimals = (value, digits = 2) =>
  minus((Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits));

/** With a sign, and as many digits as show three of the largest value of a list, so that a list is a column. */
export function signed(value, most) {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(most) || 1)));
  if (digits > 6) return minus(value.toExponential(2));
  return (value > 0 ? "+" : "") + decimals(value, digits);
}

export const percent = (p) => (p < 0.001 ? "under 0.1 %" : `${(100 * p).toFixed(1)} %`);

/** A logit and its probability in a list, and in full with its rank. */
export const inList = (logit, p) => `${percent(p)} · logit ${decimals(logit)}`;
export const inFull = (logit, p, rank, of) => [
  `Logit ${decimals(logit)}`,
  `probability ${percent(p)}`,
  `rank ${rank} of ${of}`,
];

export const cells = (n) => (n === 1 ? "1 cell" : `${n} cells`);

/** Rows and columns are counted from 1 on the page and in its address. */
export const called = (p, w) => `row ${Math.floor(p / w) + 1}, column ${(p % w) + 1}`;

/** What a part of a name means: {one} where it is clear, else {several, why}. As the class picker reads it. */
export function meant(typed, names, most = 5) {
  const wanted = typed.toLowerCase().trim().replace(/\s+/g, " ");
  if (!wanted) return { several: [], why: "" };
  const lower = names.map((name) => name.toLowerCase());
  const all = [...names.keys()];
  const exact = all.filter((c) => names[c] === typed.trim());
  const same = exact.length ? exact : all.filter((c) => lower[c] === wanted);
  if (!same.length && /^\d+$/.test(wanted)) {
    if (Number(wanted) < names.length) return { one: Number(wanted), several: [Number(wanted)], why: "" };
    return { several: [], why: `Class ${wanted}: the classes are 0 to ${names.length - 1}.` };
  }
  const found = same.length ? same : all.filter((c) => lower[c].includes(wanted));
  found.sort((a, b) => !lower[a].startsWith(wanted) - !lower[b].startsWith(wanted));
  if (found.length === 1) return { one: found[0], several: found, why: "" };
  const short = typed.length > 40 ? `${typed.slice(0, 37)}…` : typed;
  if (found.length) return { several: found.slice(0, most), why: `“${short}” is part of ${found.length} names.` };
  return { several: [], why: `“${short}”: no class has such a name.` };
}
