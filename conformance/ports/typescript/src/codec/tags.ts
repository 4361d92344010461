// What stands in tagged objects: which content each tag allows, and how it is written (VAL-050 to VAL-077).

import { ValueEncodingError } from "../errors.js";

/** A value that JavaScript has no exact type for (VAL-057, VAL-078): kept as its tag and its text. */
export class Tagged {
  constructor(
    readonly tag: TextTag,
    content: string,
  ) {
    this.content = normalised(tag, content, "$");
  }
  readonly content: string;
}

export type TextTag = keyof typeof TEXT_TAGS;

const DATE =
  "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))" +
  "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
const CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:[.][0-9]{1,9})?";
const OFFSET =
  "(?:Z|[+](?:[01][0-9]|2[0-3]):[0-5][0-9]|-(?:00:(?:0[1-9]|[1-5][0-9])|(?:0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]))";

function pattern(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, "u");
}

/** VAL-055: no zeros at the end of a fraction, and Z for an offset of none. */
function moment(text: string): string {
  return text
    .replace(/(\.[0-9]*?)0+(?![0-9])/, "$1")
    .replace(/\.(?![0-9])/, "")
    .replace("+00:00", "Z");
}

const TEXT_TAGS = {
  $datetime: { form: pattern(`${DATE}T${CLOCK}${OFFSET}`), write: moment },
  $date: { form: pattern(DATE), write: (text: string) => text },
  $time: { form: pattern(`${CLOCK}${OFFSET}?`), write: moment },
  $duration: {
    form: pattern("PT0S|-?PT(?:0[.][0-9]{0,8}[1-9]|[1-9][0-9]{0,14}(?:[.][0-9]{0,8}[1-9])?)S"),
    write: (text: string) => text,
  },
  $decimal: {
    form: pattern("NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?"),
    write: decimal,
  },
  $uuid: {
    form: pattern("[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"),
    write: (text: string) => text.toLowerCase(),
  },
} as const satisfies { [tag: string]: { form: RegExp; write: (text: string, path: string) => string } };

export function isTextTag(tag: string): tag is TextTag {
  return Object.hasOwn(TEXT_TAGS, tag);
}

export function malformed(tag: string, path: string): ValueEncodingError {
  return new ValueEncodingError(
    "value.malformed_tag",
    `what stands under ${tag} at ${path} is not what it allows`,
    path,
  );
}

/** Return the one way in which a tag's text is written, and refuse what is none of it. */
export function normalised(tag: TextTag, content: unknown, path: string): string {
  const { form, write } = TEXT_TAGS[tag];
  if (typeof content !== "string" || !form.test(content)) {
    throw malformed(tag, path);
  }
  return write(content, path);
}

const MAX_DIGITS = 4096;
const MAX_POWER = 999_999_999n;

/** VAL-072, VAL-073: scientific notation that keeps coefficient and exponent. */
function decimal(text: string, path = "$"): string {
  const found = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (!found) {
    return text; // NaN and the infinities
  }
  const [, sign = "", whole = "", fraction = "", power = "0"] = found;
  const digits = (whole + fraction).replace(/^0+(?=[0-9])/, "");
  if (digits.length > MAX_DIGITS || power.length > 20) {
    throw outOfRange("$decimal", path);
  }
  const exponent = BigInt(power) - BigInt(fraction.length);
  const first = exponent + BigInt(digits.length - 1);
  if (first > MAX_POWER || first < -MAX_POWER) {
    throw outOfRange("$decimal", path);
  }
  if (exponent <= 0n && first >= -6n) {
    const places = Number(-exponent);
    const padded = digits.padStart(places + 1, "0");
    return sign + (places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`);
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${first < 0n ? "" : "+"}${first}`;
}

export function outOfRange(what: string, path: string): ValueEncodingError {
  return new ValueEncodingError(
    "value.out_of_range",
    `the ${what} at ${path} is outside of the range that its encoding has`,
    path,
  );
}

const INTEGER = /^-?[1-9][0-9]*$/;
const TEN_TO_MAX = 10n ** BigInt(MAX_DIGITS);

/** VAL-050, VAL-051. */
export function readInteger(content: unknown, path: string): bigint {
  if (typeof content !== "string" || !INTEGER.test(content)) {
    throw malformed("$int", path);
  }
  if (content.length - (content.startsWith("-") ? 1 : 0) > MAX_DIGITS) {
    throw outOfRange("integer", path);
  }
  const value = BigInt(content);
  if (isSafe(value)) {
    throw malformed("$int", path);
  }
  return value;
}

export function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

export function writeInteger(value: bigint, path: string): string {
  if (value >= TEN_TO_MAX || value <= -TEN_TO_MAX) {
    throw outOfRange("integer", path);
  }
  return String(value);
}

/** VAL-052: the doubles that JSON has no number for. */
export const FLOATS: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** VAL-053. */
export function readBytes(content: unknown, path: string): Uint8Array {
  if (typeof content !== "string" || !BASE64.test(content)) {
    throw malformed("$bytes", path);
  }
  return new Uint8Array(Buffer.from(content, "base64"));
}

/** VAL-077: a set or map in which two members are one to JavaScript, as 0 and -0 are: kept as its list. */
export class Carried {
  constructor(
    readonly tag: "$set" | "$map",
    readonly items: readonly unknown[],
  ) {}
}
