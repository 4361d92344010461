// How calls are named (chapter 3).

const RESERVED = /[%/#@!$\u0000-\u001f\u007f-\u009f]/g;

/** IDN-020: what a name or a key looks like in a segment. */
function escapeName(name: string): string {
  return name.replace(RESERVED, (sign) =>
    [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

function inside(scope: string, segment: string): string {
  return scope === "" ? segment : `${scope}/${segment}`;
}

/** IDN-010. */
export function keyedPath(scope: string, name: string, key: string): string {
  return inside(scope, `${escapeName(name)}@${escapeName(key)}`);
}

/** The series of numbered calls of a name in a scope: its paths are this text with a number behind it (IDN-002). */
export function series(scope: string, name: string): string {
  return inside(scope, `${escapeName(name)}#`);
}

/** IDN-024: the same for what the library records by itself. */
export function ownSeries(scope: string, name: string): string {
  return inside(scope, `$${name}#`);
}

/** IDN-030: the same for the interrupts of a scope. */
export function questions(scope: string): string {
  return `${scope}!`;
}

/** Take a path or an interrupt id apart: the scope in which it was made, its series, and its number, if it has one. */
export function parsePath(path: string): { scope: string; series: string; index: number | null } {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("!"));
  const scope = cut < 0 ? "" : path.slice(0, cut);
  const found = /^(.*[#!])([0-9]+)$/s.exec(path);
  return found ? { scope, series: found[1] as string, index: Number(found[2]) } : { scope, series: path, index: null };
}

/** Whether a call or an interrupt was made inside of the call at `path`. */
export function isInside(inner: string, path: string): boolean {
  return inner.startsWith(`${path}/`) || inner.startsWith(`${path}!`);
}
