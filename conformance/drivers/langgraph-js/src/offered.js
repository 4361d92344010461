// What a program may ask for that LangGraph.js has no word for: such a request is skipped, with the reason.

/** The port, or JavaScript, has no such thing. */
export class Skip extends Error {}

const PROGRAM = {
  version: "version of an entrypoint",
  on_divergence: "policy for changed code",
  migrate: "migration of recorded values",
  retry: "retry policy of an entrypoint",
};
const TASK = { version: "version of a task", migrate: "migration of recorded values" };
const CALL = { ...Object.fromEntries(["key", "retry", "timeout", "cache"].map((name) => [name, "option of a single call"])) };
const NAMED = {
  now: "recorded time",
  random: "recorded chance",
  uuid: "recorded chance",
  sleep: "recorded pause",
  cancel: "way to cancel a call",
  done: "way to ask whether a call is over",
  heartbeat: "heartbeat of a task",
  $key: "idempotency key of a call",
  $info: "description of a call",
  $context: "context as a map",
};
const OPTIONS = {
  take_over: "ownership of a run",
  retry: "choice of which failed calls run again",
  before: "position in a history by its id alone",
};
const ACTIONS = { fork: "fork of a thread to another thread", bulk_update: "bulk update of state" };

/** Look for what has no counterpart, and throw `Skip` where there is something. */
export function refuseWhatIsNotOffered(message) {
  const { program, action, options = {} } = message;
  refuse(action, ACTIONS);
  Object.keys(options).forEach((name) => refuse(name, OPTIONS));
  if (options.subgraphs) throw new Skip("the namespaces of streams are LangGraph's own");
  Object.keys(program).forEach((name) => refuse(name, PROGRAM));
  const definitions = [program, ...Object.values(program.entrypoints ?? {})];
  if (definitions.some((each) => "retry" in each)) refuse("retry", PROGRAM);
  for (const task of Object.values(program.tasks ?? {})) {
    Object.keys(task).forEach((name) => refuse(name, TASK));
    if ((task.retry ?? []).length > 1) throw new Skip("LangGraph.js takes one retry policy, and no list");
    if (typeof task.timeout === "object") throw new Skip("LangGraph.js has no timeout of silence");
  }
  look(program);
}

function look(tree) {
  if (Array.isArray(tree)) {
    tree.forEach(look);
  } else if (tree !== null && typeof tree === "object") {
    const entries = Object.entries(tree);
    if (entries.length === 1) {
      const [name, members] = entries[0];
      if (name === "$lit") return;
      refuse(name, NAMED);
      if (name === "call" || name === "start") {
        Object.keys(members).forEach((member) => refuse(member, CALL));
        if ("kwargs" in members) throw new Skip("JavaScript has no arguments by name");
      }
    }
    entries.forEach(([, each]) => look(each));
  }
}

function refuse(name, known) {
  if (Object.hasOwn(known, name)) throw new Skip(`LangGraph.js has no ${known[name]}`);
}
