// Values of JavaScript and their encoding (chapter 2).

import { ValueEncodingError } from "../errors.js";
import { extensionOf, isCount, isName, valueOf } from "./extensions.js";
import {
  Carried,
  FLOATS,
  isSafe,
  isTextTag,
  malformed,
  normalised,
  outOfRange,
  readBytes,
  readInteger,
  Tagged,
  writeInteger,
} from "./tags.js";
import { canonicalText, MAX_DEPTH, parseText, setMember, storedText, type Tree } from "./text.js";

/** An error that is a value (VAL-058), for example in the list of what some calls came to. */
export class ErrorValue {
  constructor(
    readonly type: string,
    readonly message: string,
    readonly data: unknown = null,
    readonly path?: string,
    readonly retryable?: boolean,
  ) {}
}

/** A value of somebody's own type (VAL-059): `name` is a word that two programs agree on. See `registerExtension`. */
export class Extension {
  constructor(
    readonly name: string,
    readonly version: number,
    readonly data: unknown,
  ) {}
}

/** Encode a value as the JSON of its encoding; refuse what has none, by its place (VAL-060, VAL-061). */
export function toTree(value: unknown): Tree {
  return encode(value, "$", 0);
}

/** Decode the JSON of an encoding. */
export function fromTree(tree: Tree): unknown {
  return decode(tree, "$", 0);
}

/** Decode a text, or UTF-8 bytes. */
export function decodeText(source: string | Uint8Array): unknown {
  return fromTree(parseText(source));
}

/** Encode a value as a text to be stored or sent. */
export function encodeText(value: unknown): string {
  return storedText(toTree(value));
}

/** The canonical bytes of a value, as text. */
export function canonical(value: unknown): string {
  return canonicalText(toTree(value));
}

/** VAL-061: the place of a member; a key that is no plain word may be content, and stays out. */
function member(path: string, key: string): string {
  return `${path}.${/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(key) ? key : "*"}`;
}

function deeper(depth: number, path: string): number {
  if (depth >= MAX_DEPTH) {
    throw new ValueEncodingError(
      "value.too_deep",
      `the value is nested more than ${MAX_DEPTH} levels deep`,
      path.slice(0, 200),
    );
  }
  return depth + 1;
}

function wellFormed(text: string, path: string): string {
  if (!text.isWellFormed()) {
    throw new ValueEncodingError(
      "value.lone_surrogate",
      `a string at ${path} holds a surrogate without its partner`,
      path,
    );
  }
  return text;
}

// Encoding

function encode(value: unknown, path: string, depth: number): Tree {
  switch (typeof value) {
    case "undefined":
      return null;
    case "boolean":
      return value;
    case "string":
      return wellFormed(value, path);
    case "number":
      return encodeNumber(value, path, depth);
    case "bigint":
      return isSafe(value) ? Number(value) : tagged("$int", writeInteger(value, path), path, depth);
    case "object":
      return value === null ? null : encodeObject(value, path, depth);
    default:
      throw notEncodable(typeof value, path);
  }
}

function notEncodable(what: string, path: string): ValueEncodingError {
  return new ValueEncodingError("value.not_encodable", `the value at ${path} (${what}) has no encoding`, path);
}

function tagged(tag: string, content: Tree, path: string, depth: number): Tree {
  deeper(depth, path);
  return { [tag]: content };
}

function encodeNumber(value: number, path: string, depth: number): Tree {
  if (Number.isFinite(value) && !Object.is(value, -0)) {
    return value;
  }
  return tagged("$float", Object.is(value, -0) ? "-0" : String(value), path, depth);
}

function encodeObject(value: object, path: string, depth: number): Tree {
  const prototype: unknown = Object.getPrototypeOf(value);
  switch (prototype) {
    case Array.prototype: {
      const inner = deeper(depth, path);
      return Array.from(value as unknown[], (item, index) => encode(item, `${path}[${index}]`, inner));
    }
    case Object.prototype:
    case null:
      return encodeMembers(Object.entries(value), value, path, depth);
    case Uint8Array.prototype:
    case Buffer.prototype:
      return tagged("$bytes", Buffer.from(value as Uint8Array).toString("base64"), path, depth);
    case Date.prototype:
      return tagged("$datetime", encodeDate(value as Date, path), path, depth);
    case Map.prototype:
      return encodeMap(value as Map<unknown, unknown>, path, depth);
    case Set.prototype:
      return encodeSet([...(value as Set<unknown>)], path, depth);
    case Carried.prototype: {
      const { tag, items } = value as Carried;
      return tag === "$set" ? encodeSet(items, path, depth) : encodePairs(items as [unknown, unknown][], path, depth);
    }
    case Tagged.prototype: {
      const { tag, content } = value as Tagged;
      return tagged(tag, content, path, depth);
    }
    case ErrorValue.prototype:
      return encodeError(value as ErrorValue, path, depth);
    case Extension.prototype:
      return encodeExtension(value as Extension, path, depth);
    default: {
      const registered = extensionOf(value, path);
      if (!registered) {
        throw notEncodable(value.constructor?.name ?? "an object", path);
      }
      return encodeExtension(registered, path, depth);
    }
  }
}

function encodeMembers(entries: [string, unknown][], owner: object | null, path: string, depth: number): Tree {
  if (owner && Object.getOwnPropertySymbols(owner).length > 0) {
    throw notEncodable("an object with a symbol as a key", path);
  }
  const inner = deeper(depth, path);
  const members: { [key: string]: Tree } = {};
  for (const [key, item] of entries) {
    wellFormed(key, path);
    setMember(members, key.startsWith("$") ? `$${key}` : key, encode(item, member(path, key), inner));
  }
  return members;
}

function encodeDate(value: Date, path: string): string {
  const year = value.getUTCFullYear();
  if (Number.isNaN(year)) {
    throw notEncodable("an invalid Date", path);
  }
  if (year < 0 || year > 9999) {
    throw outOfRange("Date", path);
  }
  return normalised("$datetime", value.toISOString(), path);
}

function encodeMap(value: Map<unknown, unknown>, path: string, depth: number): Tree {
  const entries = [...value];
  if (entries.every((entry): entry is [string, unknown] => typeof entry[0] === "string")) {
    return encodeMembers(entries, null, path, depth);
  }
  return encodePairs(entries, path, depth);
}

function encodeSet(items: readonly unknown[], path: string, depth: number): Tree {
  const inner = deeper(deeper(depth, path), path);
  const trees = items.map((item, index) => encode(item, `${path}[${index}]`, inner));
  return { $set: ordered("$set", trees, (item) => item, path) };
}

function encodePairs(entries: readonly [unknown, unknown][], path: string, depth: number): Tree {
  const inner = deeper(deeper(deeper(depth, path), path), path);
  const pairs = entries.map(([key, item], index) => {
    const place = `${path}[${index}]`;
    return [encode(key, place, inner), encode(item, place, inner)];
  });
  return { $map: ordered("$map", pairs, (pair) => pair[0] as Tree, path) };
}

/** VAL-075, VAL-076: in the order of canonical bytes, no two of which are equal. */
function ordered<T extends Tree>(tag: string, items: T[], by: (item: T) => Tree, path: string): T[] {
  const sorted = items.map((item) => ({ item, bytes: Buffer.from(canonicalText(by(item))) }));
  sorted.sort((left, right) => Buffer.compare(left.bytes, right.bytes));
  if (sorted.some(({ bytes }, index) => index > 0 && bytes.equals((sorted[index - 1] as { bytes: Buffer }).bytes))) {
    throw malformed(tag, path);
  }
  return sorted.map(({ item }) => item);
}

function encodeError(value: ErrorValue, path: string, depth: number): Tree {
  const inner = deeper(deeper(depth, path), path);
  const content: { [key: string]: Tree } = {
    type: wellFormed(value.type, path),
    message: wellFormed(value.message, path),
  };
  if (value.data !== null && value.data !== undefined) {
    content.data = encode(value.data, `${path}.data`, inner);
  }
  if (value.path !== undefined) {
    content.path = wellFormed(value.path, path);
  }
  if (value.retryable !== undefined) {
    content.retryable = value.retryable;
  }
  return { $error: content };
}

function encodeExtension({ name, version, data }: Extension, path: string, depth: number): Tree {
  const inner = deeper(deeper(depth, path), path);
  wellFormed(name, path);
  if (!isName(name) || !isCount(version)) {
    throw malformed("$ext", path);
  }
  return { $ext: { name, v: version, data: encode(data, `${path}.data`, inner) } };
}

// Decoding

function decode(tree: Tree, path: string, depth: number): unknown {
  if (typeof tree === "string") {
    return wellFormed(tree, path);
  }
  if (tree === null || typeof tree !== "object") {
    return tree;
  }
  const inner = deeper(depth, path);
  if (Array.isArray(tree)) {
    return tree.map((item, index) => decode(item, `${path}[${index}]`, inner));
  }
  const keys = Object.keys(tree);
  const tag = keys.find((key) => key.startsWith("$") && !key.startsWith("$$"));
  if (tag !== undefined) {
    return decodeTag(tag, tree[tag] as Tree, keys.length, path, inner);
  }
  const value: { [key: string]: unknown } = {};
  for (const key of keys) {
    const plain = key.startsWith("$") ? key.slice(1) : key;
    setMember(value, wellFormed(plain, path), decode(tree[key] as Tree, member(path, plain), inner));
  }
  return value;
}

type TagReader = (content: Tree, path: string, depth: number) => unknown;

const TAGS: { readonly [tag: string]: TagReader } = {
  $int: readInteger,
  $float: (content, path) => {
    const value = FLOATS.get(content);
    if (value === undefined) {
      throw malformed("$float", path);
    }
    return value;
  },
  $bytes: readBytes,
  $error: decodeError,
  $ext: decodeExtension,
  $set: decodeSet,
  $map: decodeMap,
};

function decodeTag(tag: string, content: Tree, members: number, path: string, depth: number): unknown {
  const reader = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (!reader && !isTextTag(tag)) {
    throw new ValueEncodingError(
      "value.unknown_tag",
      `the object at ${path} has a tag that this version does not know`,
      path,
    );
  }
  if (members !== 1) {
    throw malformed(tag, path);
  }
  if (reader) {
    return reader(content, path, depth);
  }
  if (!isTextTag(tag)) {
    throw malformed(tag, path);
  }
  const text = normalised(tag, content, path);
  return tag === "$datetime" && isExactDate(text) ? new Date(text) : new Tagged(tag, text);
}

/** VAL-057: a Date holds milliseconds in UTC, and no leap second. */
function isExactDate(text: string): boolean {
  return /:[0-5][0-9](\.[0-9]{1,3})?Z$/.test(text);
}

function isObject(tree: Tree): tree is { [key: string]: Tree } {
  return tree !== null && typeof tree === "object" && !Array.isArray(tree);
}

function decodeError(content: Tree, path: string, depth: number): ErrorValue {
  const known = ["type", "message", "data", "path", "retryable"];
  if (!isObject(content) || !Object.keys(content).every((key) => known.includes(key))) {
    throw malformed("$error", path);
  }
  const { type, message, data, path: place, retryable } = content;
  if (
    typeof type !== "string" ||
    typeof message !== "string" ||
    (place !== undefined && typeof place !== "string") ||
    (retryable !== undefined && typeof retryable !== "boolean")
  ) {
    throw malformed("$error", path);
  }
  for (const text of [type, message, place ?? ""]) {
    wellFormed(text, path);
  }
  const inner = deeper(depth, path);
  return new ErrorValue(
    type,
    message,
    data === undefined ? null : decode(data, `${path}.data`, inner),
    place,
    retryable,
  );
}

function decodeExtension(content: Tree, path: string, depth: number): unknown {
  if (!isObject(content) || Object.keys(content).sort().join() !== "data,name,v") {
    throw malformed("$ext", path);
  }
  const { name, v, data } = content;
  if (!isName(name) || !isCount(v)) {
    throw malformed("$ext", path);
  }
  wellFormed(name, path);
  const plain = decode(data as Tree, `${path}.data`, deeper(depth, path));
  const known = valueOf(name, v, plain, path);
  return known ? known.value : new Extension(name, v, plain);
}

function decodeSet(content: Tree, path: string, depth: number): unknown {
  if (!Array.isArray(content)) {
    throw malformed("$set", path);
  }
  const inner = deeper(depth, path);
  const items = content.map((item, index) => decode(item, `${path}[${index}]`, inner));
  ordered("$set", items.map(toTree), (item) => item, path);
  const set = new Set(items);
  return set.size === items.length ? set : new Carried("$set", items);
}

function decodeMap(content: Tree, path: string, depth: number): unknown {
  const inner = deeper(depth, path);
  if (!Array.isArray(content) || !content.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw malformed("$map", path);
  }
  const pairs = (content as [Tree, Tree][]).map(([key, item], index): [unknown, unknown] => {
    const place = `${path}[${index}]`;
    const innermost = deeper(inner, place);
    return [decode(key, place, innermost), decode(item, place, innermost)];
  });
  ordered(
    "$map",
    pairs.map(([key]) => toTree(key)),
    (key) => key,
    path,
  );
  if (pairs.every(([key]) => typeof key === "string")) {
    throw malformed("$map", path); // VAL-077
  }
  const map = new Map(pairs);
  return map.size === pairs.length ? map : new Carried("$map", pairs);
}
