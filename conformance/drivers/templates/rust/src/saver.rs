//! The runner's store, seen through the six verbs of a saver. Give it the shape of your port's own saver trait.
#![allow(dead_code)] // until `run` uses it

use crate::json::Json;
use crate::wire::Wire;

/// What the runner's store answers instead of doing what it was asked for.
#[derive(Debug)]
pub struct SaverError {
    /// `run.concurrent` or `saver.failed`.
    pub code: String,
    pub message: String,
    /// With `run.concurrent`, where one is known.
    pub holder: Json,
    /// With `saver.failed`: what is known of the write; `None` where nobody knows.
    pub committed: Option<bool>,
}

/// Forwards every verb at once, hands the reply over unchanged, and remembers nothing (CNF-008).
pub struct RunnerSaver {
    pub wire: Wire,
    /// The id of the request on whose behalf it calls.
    pub request: Json,
}

impl RunnerSaver {
    fn call<const N: usize>(&self, verb: &str, members: [(&str, Json); N]) -> Result<Json, SaverError> {
        let reply = self.wire.call(&self.request, &format!("saver.{verb}"), members);
        if !reply.has("error") {
            return Ok(reply.get("ok").clone());
        }
        let error = reply.get("error");
        Err(SaverError {
            code: error.get("code").as_str().unwrap_or_default().to_string(),
            message: error.get("message").as_str().unwrap_or_default().to_string(),
            holder: error.get("holder").clone(),
            committed: error.get("committed").as_bool(),
        })
    }

    /// Null or {checkpoint, holder}.
    pub fn head(&self, thread: &str) -> Result<Json, SaverError> {
        Ok(self.call("head", [("thread_id", thread.into())])?.get("head").clone())
    }

    /// Null or {checkpoint, is_head, holder, entries}; checkpoint null: the head.
    pub fn load(&self, thread: &str, checkpoint: Json) -> Result<Json, SaverError> {
        let ok = self.call("load", [("thread_id", thread.into()), ("checkpoint_id", checkpoint)])?;
        Ok(ok.get("loaded").clone())
    }

    /// Adds a checkpoint with its first entries.
    pub fn begin(
        &self,
        checkpoint: Json,
        expected_head: Json,
        entries: Vec<Json>,
        holder: Json,
        take_over: bool,
    ) -> Result<(), SaverError> {
        let entries = Json::Array(entries);
        let members = [
            ("checkpoint", checkpoint),
            ("expected_head", expected_head),
            ("entries", entries),
            ("holder", holder),
            ("take_over", Json::Bool(take_over)),
        ];
        self.call("begin", members).map(|_| ())
    }

    /// Adds entries to a checkpoint's journal, and with the last of them the checkpoint that closes the run.
    #[allow(clippy::too_many_arguments)]
    pub fn append(
        &self,
        thread: &str,
        checkpoint: &str,
        expected_seq: usize,
        entries: Vec<Json>,
        closing: Json,
        holder: Json,
        take_over: bool,
    ) -> Result<(), SaverError> {
        let members = [
            ("thread_id", thread.into()),
            ("checkpoint_id", checkpoint.into()),
            ("expected_seq", Json::Number(expected_seq as f64)),
            ("entries", Json::Array(entries)),
            ("closing", closing),
            ("holder", holder),
            ("take_over", Json::Bool(take_over)),
        ];
        self.call("append", members).map(|_| ())
    }

    /// Checkpoints, the newest first.
    pub fn history(&self, thread: &str, before: Json, limit: Json) -> Result<Json, SaverError> {
        let ok = self.call("history", [("thread_id", thread.into()), ("before", before), ("limit", limit)])?;
        Ok(ok.get("checkpoints").clone())
    }

    /// Removes a thread.
    pub fn delete(&self, thread: &str) -> Result<(), SaverError> {
        self.call("delete", [("thread_id", thread.into())]).map(|_| ())
    }
}
