// Values in the encoding of the messages (chapter 2), as far as programs of the claimed profiles have them.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Return the value that a tree stands for. */
export function fromTree(tree) {
  if (Array.isArray(tree)) return tree.map(fromTree);
  if (!isObject(tree)) return tree;
  const entries = Object.entries(tree);
  if (entries.length === 1) {
    const [tag, body] = entries[0];
    if (tag === "$int") return BigInt(body);
    if (tag === "$float") return Number(body);
    if (tag === "$bytes") return new Uint8Array(Buffer.from(body, "base64"));
  }
  return Object.fromEntries(entries.map(([key, each]) => [key.startsWith("$$") ? key.slice(1) : key, fromTree(each)]));
}

const notAValue = (what) => ({ $$not_a_value: what });

/** Return the tree of a value; what has no encoding is shown by its type, so that no expectation meets it. */
export function toTree(value) {
  switch (typeof value) {
    case "undefined":
      return null;
    case "boolean":
      return value;
    case "string":
      return value.isWellFormed() ? value : notAValue("a text with half a pair");
    case "bigint":
      return { $int: String(value) };
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $float: Object.is(value, -0) ? "-0" : String(value) };
    case "object":
      break;
    default:
      return notAValue(typeof value);
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toTree);
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Error) return { type: value.name, message: value.message };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return notAValue(value.constructor?.name ?? "an object");
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key.startsWith("$") ? `$${key}` : key, toTree(each)]),
  );
}
