//! The request that everything is about: one use of an entrypoint whose program is data.

use crate::json::Json;
use crate::not_yet;
use crate::wire::Wire;

/// Does something in the runner's world (CNF-009).
///
/// In the entrypoint's own body `path` is "", and `attempt` and `key` are null. Arguments and result are encoded
/// values. `Err` holds {type, message, data?}: raise it inside the task's function, by its type's plain name.
#[allow(dead_code)] // until `run` uses it
pub fn effect(
    wire: &Wire,
    request: &Json,
    name: &str,
    args: Vec<Json>,
    path: &str,
    attempt: Json,
    key: Json,
) -> Result<Json, Json> {
    let members = [
        ("name", name.into()),
        ("args", Json::Array(args)),
        ("path", path.into()),
        ("attempt", attempt),
        ("idempotency_key", key),
    ];
    let reply = wire.call(request, "effect", members);
    let ok = reply.get("ok");
    if ok.has("error") {
        return Err(ok.get("error").clone());
    }
    Ok(ok.get("value").clone())
}

/// Answers `completed`, `interrupted`, `failed`, `rejected`, `updated`, `forked`, `deleted`, `state` or `history`.
///
/// In this order (conformance/PORTING.md says more of each):
///
/// 1. make a task of your port of every member of the program's `tasks`: its function interprets the task's body,
///    a list of statements, with the arguments as variables;
/// 2. make an entrypoint of the program's own body, with a `RunnerSaver` as its saver where the request's
///    `saver.kind` is "runner", and with none where it is "none";
/// 3. `action` says what to ask of it; begin with `invoke` (with the request's `input`) and `resume`, on the
///    request's `thread`;
/// 4. turn what your port gives, or its error, into the answer.
///
/// Use nothing but your port's public interface, and refuse what you do not know yet with `errored`.
pub fn run(_request: &Json, _wire: &Wire) -> Json {
    not_yet("run", "src/run.rs, fn run")
}
