/**
 * The binary BCH code [255, 47] that corrects 42 errors, primitive and narrow-sense over GF(2^8) with polynomial 11D.
 * Source of the parameters: Lin and Costello, "Error Control Coding", table of primitive BCH codes. A bit is a byte 0 or 1.
 */
export const BCH = { n: 255, k: 47, t: 42 } as const;

const FIELD_POLYNOMIAL = 0x11d;
const ORDER = 255;
const exp = new Uint8Array(2 * ORDER);
const log = new Uint8Array(ORDER + 1);
for (let power = 0, value = 1; power < ORDER; power += 1) {
  exp[power] = exp[power + ORDER] = value;
  log[value] = power;
  value <<= 1;
  if (value > ORDER) value ^= FIELD_POLYNOMIAL;
}

const at = (array: Uint8Array, index: number): number => array[index] ?? 0;
const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : at(exp, at(log, a) + at(log, b));
const divide = (a: number, b: number): number => (a === 0 ? 0 : at(exp, at(log, a) + ORDER - at(log, b)));

/** Product of the minimal polynomials of alpha^1..alpha^2t, lowest coefficient first; its degree is n - k. */
function generator(): Uint8Array {
  const roots = new Set<number>();
  for (let root = 1; root <= 2 * BCH.t; root += 1)
    for (let conjugate = root; !roots.has(conjugate); conjugate = (conjugate * 2) % ORDER)
      roots.add(conjugate);
  let product = Uint8Array.of(1);
  for (const root of roots) {
    const next = new Uint8Array(product.length + 1);
    product.forEach((coefficient, degree) => {
      next[degree + 1] = at(next, degree + 1) ^ coefficient;
      next[degree] = at(next, degree) ^ multiply(coefficient, at(exp, root));
    });
    product = next;
  }
  return product;
}
const GENERATOR = generator();

/** Systematic: the message stands in the last k places of the word. */
export function encodeBch(message: Uint8Array): Uint8Array {
  const word = new Uint8Array(BCH.n);
  const parity = BCH.n - BCH.k;
  word.set(message, parity);
  for (let place = BCH.n - 1; place >= parity; place -= 1) {
    if (word[place] === 0) continue;
    for (let degree = 0; degree <= parity; degree += 1)
      word[place - parity + degree] = at(word, place - parity + degree) ^ at(GENERATOR, degree);
  }
  word.set(message, parity);
  return word;
}

/** The nearest code word within 42 errors and how many there were, or null. */
export function decodeBch(received: Uint8Array): { word: Uint8Array; errors: number } | null {
  const syndromes = syndromesOf(received);
  if (syndromes.every((value) => value === 0)) return { word: received.slice(), errors: 0 };
  const locator = locatorOf(syndromes);
  const places = rootsOf(locator);
  if (places.length !== locator.length - 1 || places.length > BCH.t) return null;
  const word = received.slice();
  for (const place of places) word[place] = at(word, place) ^ 1;
  return { word, errors: places.length };
}

function syndromesOf(received: Uint8Array): Uint8Array {
  const syndromes = new Uint8Array(2 * BCH.t);
  received.forEach((bit, place) => {
    if (bit === 0) return;
    for (let index = 0, power = place; index < syndromes.length; index += 1) {
      syndromes[index] = at(syndromes, index) ^ at(exp, power);
      power = (power + place) % ORDER;
    }
  });
  return syndromes;
}

/** Berlekamp and Massey: the shortest feedback register that makes the syndromes; lowest coefficient first. */
function locatorOf(syndromes: Uint8Array): Uint8Array {
  let current = Uint8Array.of(1);
  let previous = Uint8Array.of(1);
  let length = 0;
  let gap = 1;
  let lastDiscrepancy = 1;
  syndromes.forEach((syndrome, step) => {
    let discrepancy = syndrome;
    for (let index = 1; index <= length; index += 1)
      discrepancy ^= multiply(at(current, index), at(syndromes, step - index));
    if (discrepancy === 0) {
      gap += 1;
      return;
    }
    const next = subtract(current, previous, divide(discrepancy, lastDiscrepancy), gap);
    if (2 * length > step) {
      gap += 1;
    } else {
      length = step + 1 - length;
      previous = current;
      lastDiscrepancy = discrepancy;
      gap = 1;
    }
    current = next;
  });
  return trimmed(current, length);
}

function subtract(
  from: Uint8Array,
  what: Uint8Array,
  factor: number,
  shift: number,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(Math.max(from.length, what.length + shift));
  result.set(from);
  what.forEach((coefficient, degree) => {
    result[degree + shift] = at(result, degree + shift) ^ multiply(coefficient, factor);
  });
  return result;
}

/** A locator of another degree than the register's length has too few roots: left as it is, the caller sees that. */
function trimmed(locator: Uint8Array, length: number): Uint8Array {
  const exact = new Uint8Array(length + 1);
  exact.set(locator.subarray(0, length + 1));
  return exact;
}

/** Chien search: places whose inverse is a root of the locator. */
function rootsOf(locator: Uint8Array): number[] {
  const places: number[] = [];
  for (let place = 0; place < BCH.n; place += 1) {
    let sum = 0;
    const inverse = (ORDER - place) % ORDER;
    for (let degree = 0, power = 0; degree < locator.length; degree += 1) {
      const coefficient = at(locator, degree);
      if (coefficient !== 0) sum ^= at(exp, at(log, coefficient) + power);
      power = (power + inverse) % ORDER;
    }
    if (sum === 0) places.push(place);
  }
  return places;
}
