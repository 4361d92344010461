// The texts that name things: definitions, keys, threads, namespaces.

/** A text of 1 to 255 whole characters (TSK-006, IDN-011). */
export function isLabel(text: unknown): text is string {
  return typeof text === "string" && text !== "" && text.isWellFormed() && [...text].length <= 255;
}

/** The same without control characters (SEC-001, MEM-003). */
export function isId(text: unknown): text is string {
  return isLabel(text) && !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}
