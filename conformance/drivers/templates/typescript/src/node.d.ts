// The few names of Node.js that the driver uses. Take this file out when you install @types/node.
declare const process: {
  stdin: { on(event: "data", listener: (chunk: Uint8Array) => void): void; on(event: "end", listener: () => void): void };
  stdout: { write(text: string): boolean };
  exit(code: number): never;
};
declare class TextDecoder {
  constructor(encoding: string, options?: { fatal?: boolean });
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string;
}
declare const console: { error(...words: unknown[]): void };
