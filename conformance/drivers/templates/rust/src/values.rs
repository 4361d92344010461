//! The requests about values and definitions.

use crate::json::Json;
use crate::not_yet;

/// Answers {"outcome": "encoded", "canonical": text}, or {"outcome": "rejected", "code": ..., "path": ...}.
///
/// Evaluate the request's `expr` and give your port's canonical JSON of the value (chapter 2 of the specification).
pub fn encode(_request: &Json) -> Json {
    not_yet("encode", "src/values.rs, fn encode")
}

/// Answers {"outcome": "decoded", "canonical": text}, or {"outcome": "rejected", "code": ...}.
///
/// Decode the bytes behind the request's `raw_b64` with your port's codec and encode what they gave.
pub fn decode(_request: &Json) -> Json {
    not_yet("decode", "src/values.rs, fn decode")
}

/// Answers {"outcome": "digested", "digest": hexadecimal}: chapter 3, the input digest of a call.
pub fn digest(_request: &Json) -> Json {
    not_yet("digest", "src/values.rs, fn digest")
}

/// Answers {"outcome": "defined", "definition": document}, or {"outcome": "rejected", "code": ...}: chapter 5.
pub fn define(_request: &Json) -> Json {
    not_yet("define", "src/values.rs, fn define")
}
