// JSON texts: a strict reader, the canonical writer (RFC 8785), and the writer of what is stored or sent.

import { ValueEncodingError } from "../errors.js";

/** The JSON of an encoding. Its numbers are finite, and no zero of it is negative. */
export type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

/** VAL-040: how many arrays and objects may enclose one another. */
export const MAX_DEPTH = 128;

/** Set a member, also one that is called `__proto__`. */
export function setMember<T>(object: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** Read one JSON text (VAL-002 to VAL-004, VAL-011, VAL-014, VAL-020). Bytes have to be UTF-8. */
export function parseText(source: string | Uint8Array, maxDepth: number = MAX_DEPTH): Tree {
  return new Reader(typeof source === "string" ? source : utf8(source), maxDepth).text();
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ValueEncodingError("value.invalid_json", "the text is not valid UTF-8");
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly source: string,
    private readonly maxDepth: number,
  ) {}

  text(): Tree {
    const value = this.#value();
    this.#skip();
    if (this.#at < this.source.length) {
      throw this.#invalid("there is something behind the value");
    }
    return value;
  }

  #invalid(what: string): ValueEncodingError {
    return new ValueEncodingError("value.invalid_json", `${what}, at character ${this.#at}`);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source);
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #take(sign: string): boolean {
    this.#skip();
    const found = this.source[this.#at] === sign;
    this.#at += found ? 1 : 0;
    return found;
  }

  #value(): Tree {
    this.#skip();
    switch (this.source[this.#at]) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #word(word: string, value: Tree): Tree {
    if (!this.source.startsWith(word, this.#at)) {
      throw this.#invalid("there is no value");
    }
    this.#at += word.length;
    return value;
  }

  #nested(read: () => Tree): Tree {
    this.#at += 1;
    if (++this.#depth > this.maxDepth) {
      throw new ValueEncodingError("value.too_deep", `the text is nested more than ${this.maxDepth} levels deep`);
    }
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #array(): Tree {
    const items: Tree[] = [];
    if (this.#take("]")) {
      return items;
    }
    do {
      items.push(this.#value());
    } while (this.#take(","));
    return this.#closed("]", items);
  }

  #object(): Tree {
    const members: { [key: string]: Tree } = {};
    if (this.#take("}")) {
      return members;
    }
    do {
      this.#skip();
      if (this.source[this.#at] !== '"') {
        throw this.#invalid("an object has a key that is no string");
      }
      const key = this.#string();
      if (Object.hasOwn(members, key)) {
        throw new ValueEncodingError("value.duplicate_key", "an object has the same key twice");
      }
      if (!this.#take(":")) {
        throw this.#invalid("a key has no value");
      }
      setMember(members, key, this.#value());
    } while (this.#take(","));
    return this.#closed("}", members);
  }

  #closed(sign: string, value: Tree): Tree {
    if (!this.#take(sign)) {
      throw this.#invalid(`there is no ${sign}`);
    }
    return value;
  }

  #string(): string {
    this.#at += 1;
    let text = "";
    for (;;) {
      text += this.#match(PLAIN)?.[0] ?? "";
      const sign = this.source[this.#at++];
      if (sign === '"') {
        break;
      }
      if (sign !== "\\") {
        throw this.#invalid("a string has no end, or holds a control character");
      }
      text += this.#escape();
    }
    if (!text.isWellFormed()) {
      throw new ValueEncodingError("value.lone_surrogate", "a string holds a surrogate without its partner");
    }
    return text;
  }

  #escape(): string {
    const letter = this.source[this.#at++] ?? "";
    if (letter === "u") {
      const digits = this.source.slice(this.#at, this.#at + 4);
      if (/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.#at += 4;
        return String.fromCharCode(Number.parseInt(digits, 16));
      }
    } else if (Object.hasOwn(ESCAPES, letter)) {
      return ESCAPES[letter] as string;
    }
    throw this.#invalid("a string holds an escape that JSON does not have");
  }

  #number(): number {
    const found = this.#match(NUMBER);
    if (!found) {
      throw this.#invalid("there is no value");
    }
    const value = Number(found[0]);
    const isInteger = found[1] === undefined && found[2] === undefined;
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
      throw new ValueEncodingError("value.out_of_range", "a bare number is outside the range of numbers");
    }
    return value + 0 === 0 ? 0 : value; // VAL-012: a bare zero is zero
  }
}

/** Write canonical bytes, as text (VAL-005): for digests and comparisons, and not to be decoded. */
export function canonicalText(tree: Tree): string {
  return write(tree, String, (object) => Object.keys(object).sort());
}

/** Write what is stored or sent: a large double keeps a mark that it is none of the integers (VAL-007). */
export function storedText(tree: Tree): string {
  return write(tree, marked, Object.keys);
}

function marked(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

type Keys = (object: { [key: string]: Tree }) => string[];

function write(tree: Tree, number: (value: number) => string, keys: Keys): string {
  if (typeof tree === "number") {
    return number(tree);
  }
  if (tree === null || typeof tree !== "object") {
    return JSON.stringify(tree);
  }
  if (Array.isArray(tree)) {
    return `[${tree.map((item) => write(item, number, keys)).join(",")}]`;
  }
  const members = keys(tree).map((key) => `${JSON.stringify(key)}:${write(tree[key] as Tree, number, keys)}`);
  return `{${members.join(",")}}`;
}
