// JSON Schema, as far as the specification's schemas use it. It answers where a document breaks its schema, not how.

import { type Tree, canonicalText } from "../codec/text.js";
import { SCHEMAS } from "../generated/schemas.js";

/** A schema, or what stands in its place. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

/** The place at which a document breaks a schema, as `entries/0/path`; undefined where it fits. */
export function misfit(file: string, document: unknown): string | undefined {
  return check({ $ref: file }, document as Tree, "", file);
}

type Keywords = { readonly [keyword: string]: any };
type Found = string | undefined;

const PATTERNS = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let compiled = PATTERNS.get(pattern);
  if (!compiled) {
    compiled = new RegExp(pattern, "u");
    PATTERNS.set(pattern, compiled);
  }
  return compiled.test(text);
}

function check(schema: Schema, value: Tree, at: string, file: string): Found {
  if (typeof schema === "boolean") {
    return schema ? undefined : at;
  }
  const words = schema as Keywords;
  return (
    referred(words, value, at, file) ??
    combined(words, value, at, file) ??
    scalar(words, value, at) ??
    (Array.isArray(value) ? array(words, value, at, file) : undefined) ??
    (isObject(value) ? object(words, value, at, file) : undefined)
  );
}

function referred(words: Keywords, value: Tree, at: string, file: string): Found {
  if (words.$ref === undefined) {
    return undefined;
  }
  const [name, pointer] = (words.$ref as string).split("#") as [string, string | undefined];
  const target = name === "" ? file : name;
  let schema = SCHEMAS[target] as Keywords;
  for (const step of (pointer ?? "").split("/").slice(1)) {
    schema = schema[step];
  }
  return check(schema, value, at, target);
}

function combined(words: Keywords, value: Tree, at: string, file: string): Found {
  const fits = (schema: Schema) => check(schema, value, at, file) === undefined;
  if (words.not !== undefined && fits(words.not)) {
    return at;
  }
  if (words.anyOf && !words.anyOf.some(fits)) {
    return nearest(words.anyOf, value, at, file);
  }
  if (words.oneOf && words.oneOf.filter(fits).length !== 1) {
    return nearest(words.oneOf, value, at, file);
  }
  return undefined;
}

/** Of several schemas none of which fits, the deepest place tells most. */
function nearest(schemas: readonly Schema[], value: Tree, at: string, file: string): string {
  const places = schemas.map((schema) => check(schema, value, at, file) ?? at);
  return places.reduce((best, place) => (place.length > best.length ? place : best), at);
}

function typeOf(value: Tree): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function scalar(words: Keywords, value: Tree, at: string): Found {
  const found = typeOf(value);
  const isType = (type: string) => type === found || (type === "integer" && Number.isInteger(value));
  if (words.type !== undefined && ![words.type].flat().some(isType)) {
    return at;
  }
  if (words.const !== undefined && value !== words.const) {
    return at;
  }
  if (words.enum && !words.enum.includes(value)) {
    return at;
  }
  if (typeof value === "string") {
    const length = [...value].length;
    const fits =
      length >= (words.minLength ?? 0) &&
      length <= (words.maxLength ?? Number.POSITIVE_INFINITY) &&
      (words.pattern === undefined || matches(words.pattern, value));
    return fits ? undefined : at;
  }
  if (typeof value === "number") {
    const fits =
      value >= (words.minimum ?? Number.NEGATIVE_INFINITY) &&
      value <= (words.maximum ?? Number.POSITIVE_INFINITY) &&
      value > (words.exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
    return fits ? undefined : at;
  }
  return undefined;
}

function array(words: Keywords, value: Tree[], at: string, file: string): Found {
  if (value.length < (words.minItems ?? 0)) {
    return at;
  }
  if (words.uniqueItems && new Set(value.map(canonicalText)).size !== value.length) {
    return at;
  }
  if (words.contains && !value.some((item) => check(words.contains, item, at, file) === undefined)) {
    return at;
  }
  const first: readonly Schema[] = words.prefixItems ?? [];
  return value
    .map((item, index) => check(first[index] ?? words.items ?? true, item, `${at}/${index}`, file))
    .find((found) => found !== undefined);
}

function isObject(value: Tree): value is { [key: string]: Tree } {
  return typeOf(value) === "object";
}

function object(words: Keywords, value: { [key: string]: Tree }, at: string, file: string): Found {
  const keys = Object.keys(value);
  const missing = (words.required ?? []).find((key: string) => !Object.hasOwn(value, key));
  if (missing !== undefined) {
    return `${at}/${missing}`;
  }
  if (keys.length > (words.maxProperties ?? Number.POSITIVE_INFINITY)) {
    return at;
  }
  const properties: { readonly [key: string]: Schema } = words.properties ?? {};
  for (const key of keys) {
    const known = Object.hasOwn(properties, key);
    const schema = known ? (properties[key] as Schema) : (words.additionalProperties ?? true);
    const named = words.propertyNames === undefined ? undefined : check(words.propertyNames, key, at, file);
    const found = named ?? check(schema, value[key] as Tree, known ? `${at}/${key}` : at, file);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
