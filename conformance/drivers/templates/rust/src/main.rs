//! The conformance driver of my-port: it reads requests from its standard input and answers on its standard output.
//! Log with `eprintln!`: whatever else is written to the standard output breaks the protocol.

mod json;
mod run;
mod saver;
mod values;
mod wire;

use json::{object, Json};
use std::panic::{catch_unwind, AssertUnwindSafe};
use wire::Wire;

fn main() {
    let wire = Wire::new();
    wire.serve(|request, wire| {
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&request, wire)))
            .unwrap_or_else(|_| errored("the driver panicked; its standard error says where")); // the runner has to hear of it
        wire.send(&answered.with("id", request.get("id").clone()));
    });
}

/// Gives the one answer that every request gets.
fn answer(request: &Json, wire: &Wire) -> Json {
    match request.get("op").as_str() {
        Some("hello") => hello(request),
        Some("encode") => values::encode(request),
        Some("decode") => values::decode(request),
        Some("digest") => values::digest(request),
        Some("define") => values::define(request),
        Some("run") => run::run(request, wire),
        _ => errored("unknown request"),
    }
}

/// Says who this is and what it claims. What is claimed is judged, so begin with little.
fn hello(request: &Json) -> Json {
    if request.get("protocol").as_str() != Some("1.0") {
        return errored("this driver speaks protocol 1.0");
    }
    let list = |word: &str| Json::Array(vec![word.into()]);
    object([
        ("outcome", "hello".into()),
        ("name", "my-port".into()),
        ("version", "0.0.0".into()),
        ("language", "rust".into()),
        ("spec", list("1.0")),
        ("profiles", list("core")),
        ("forms", list("named")), // a task is defined by a name and a function
        ("modes", list("sync")),  // "async" as soon as a scope can have branches (chapter 13)
        ("savers", list("runner")),
    ])
}

fn errored(message: &str) -> Json {
    object([("outcome", "errored".into()), ("message", message.into())])
}

/// What a request is answered with that nobody has written yet.
pub fn not_yet(op: &str, place: &str) -> Json {
    errored(&format!("implement {op}: {place} (conformance/PORTING.md)"))
}
