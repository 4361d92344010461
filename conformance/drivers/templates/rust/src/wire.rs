//! The pipe to the runner. It is complete: nothing in this file needs a change.

use crate::json::{object, Json};
use std::collections::HashMap;
use std::io::{stdin, stdout, BufRead, Write};
use std::process::exit;
use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

/// Reads and writes JSON Lines. Requests overlap, so that every thread may use a clone of it.
#[derive(Clone)]
pub struct Wire {
    waiting: Arc<Mutex<(u64, HashMap<u64, Sender<Json>>)>>,
}

impl Wire {
    pub fn new() -> Wire {
        Wire { waiting: Arc::default() }
    }

    /// Writes one message, and sees to it that it is out.
    pub fn send(&self, message: &Json) {
        let mut line = String::new();
        message.write(&mut line);
        line.push('\n');
        let mut sink = stdout().lock();
        if sink.write_all(line.as_bytes()).and_then(|()| sink.flush()).is_err() {
            exit(1); // the runner is gone
        }
    }

    /// Asks the runner for something on behalf of a request, and waits for the reply.
    pub fn call<const N: usize>(&self, request: &Json, op: &str, members: [(&str, Json); N]) -> Json {
        let (reply, replied) = channel();
        let cid = {
            let mut waiting = self.waiting.lock().unwrap();
            waiting.0 += 1;
            let cid = waiting.0;
            waiting.1.insert(cid, reply);
            cid
        };
        let message =
            object(members).with("cid", Json::Number(cid as f64)).with("id", request.clone()).with("op", op.into());
        self.send(&message);
        replied.recv().expect("the runner answers every call")
    }

    /// Gives each request to `handle`, in a thread of its own, until the runner says stop, or the input ends.
    pub fn serve(&self, handle: fn(Json, &Wire)) {
        for line in stdin().lock().lines() {
            let message = match line.map_err(|error| error.to_string()).and_then(|line| Json::parse(&line)) {
                Ok(message) => message,
                Err(problem) => {
                    eprintln!("not a message: {problem}");
                    exit(1);
                }
            };
            if let Some(cid) = message.get("cid").as_f64() {
                let reply = self.waiting.lock().unwrap().1.remove(&(cid as u64));
                if let Some(reply) = reply {
                    let _ = reply.send(message);
                }
            } else if message.get("op").as_str() == Some("stop") {
                exit(0);
            } else {
                let wire = self.clone();
                thread::spawn(move || handle(message, &wire));
            }
        }
        exit(0);
    }
}
