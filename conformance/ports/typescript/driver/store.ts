// The `store` statement: one operation of the port's store.

import { getStore, type Item } from "../src/index.js";
import type { Message } from "./wire.js";

const OPTIONS: { readonly [name: string]: string } = {
  ttl: "ttl",
  filter: "filter",
  limit: "limit",
  offset: "offset",
  query: "query",
  prefix: "prefix",
  suffix: "suffix",
  max_depth: "maxDepth",
};

function shown({ namespace, key, value }: Item): object {
  return { namespace, key, value };
}

export async function operate(members: Message, value: (expression: unknown) => any): Promise<unknown> {
  const store = getStore();
  const given = Object.entries(OPTIONS)
    .filter(([name]) => name in members)
    .map(([name, own]) => [own, value(members[name])]);
  const options = { ...Object.fromEntries(given), ...("refresh" in members ? { refreshTtl: members.refresh } : {}) };
  switch (members.op) {
    case "put":
      await store.put(value(members.namespace), value(members.key), value(members.value), options);
      return null;
    case "get": {
      const item = await store.get(value(members.namespace), value(members.key), options);
      return item && shown(item);
    }
    case "delete":
      await store.delete(value(members.namespace), value(members.key));
      return null;
    case "search":
      return (await store.search(value(members.namespace), options)).map(shown);
    default:
      return await store.listNamespaces(options);
  }
}
