// Types of specification 1.0, made by `taskpoint conformance schema --types`. The schemas say more.

/** An encoded value: JSON in which tags stand for what JSON lacks. */
export type Value = null | boolean | number | string | Value[] | ValueObject;
export type ValueObject = { [key: string]: Value };

/** Which results are equal, and for how many seconds they are kept; null for ever. */
export type CachePolicy = { "key": "input" | "custom"; "ttl": null | number };

/** The immutable header of a checkpoint; its journal is kept beside it. */
export type Checkpoint = (CheckpointBeginning) | (CheckpointClosing);

/** A run begins with it: it holds the input, and names the checkpoint whose saved value is `previous`. */
export type CheckpointBeginning = { "kind": "checkpoint"; "format": "1.0"; "thread_id": Id; "seq": Seq; "id": Id; "parent_id": IdOrNull; "source": "input" | "fork"; "created_at": Time; "run_id": Id; "entrypoint": CheckpointEntrypoint; "metadata": ValueObject; "input": Value; "previous_id": IdOrNull };

/** It holds a value: what a run returned, or what was set. `saved` stands only where what is saved differs from it. */
export type CheckpointClosing = { "kind": "checkpoint"; "format": "1.0"; "thread_id": Id; "seq": Seq; "id": Id; "parent_id": IdOrNull; "source": "loop" | "update"; "created_at": Time; "run_id": Id; "entrypoint": CheckpointEntrypoint; "metadata": ValueObject; "value": Value; "saved"?: Value };

/** The entrypoint of the run. */
export type CheckpointEntrypoint = { "name": Name; "version": IdOrNull };

/** The answer to the only pending interrupt, or answers by interrupt id. */
export type Command = (CommandResume) | (CommandAnswers);

/** Answers the only pending interrupt. */
export type CommandResume = { "kind": "command"; "resume": Value };

/** Answers any number of pending interrupts. */
export type CommandAnswers = { "kind": "command"; "answers": { [key: string]: Value } };

/** A text without control characters (U+0000 to U+001F, U+007F to U+009F). */
export type Line = string;

/** A thread, a checkpoint, a run, an attempt: compared code point by code point, never coerced, never normalised. */
export type Id = Line;

/** A task, an entrypoint or the type of an error. Any Unicode scalar values: a path percent-encodes what it must. */
export type Name = string;

export type Text = string;

/** Where a call was made: segments `name#index`, `name@key` or `$name#index`, joined by `/`. Exactly `% / # @ ! $` and control characters of a name or key are percent-encoded, as UTF-8, in uppercase. */
export type Path = Line;

/** A set of paths: their order means nothing. */
export type Paths = (Path)[];

/** The path of the scope that asked, empty for the entrypoint's own, with `!` and an index. */
export type InterruptId = Line;

/** What an answer must look like: a JSON Schema 2020-12 about the encoded answer. It is plain JSON: no key of it is escaped. */
export type ResponseSchema = { [key: string]: unknown };

/** SHA-256 in lowercase hexadecimal. */
export type Digest = Line;

/** Null where the input has no digest. */
export type DigestOrNull = (null) | (Digest);

export type IdOrNull = (null) | (Id);

/** RFC 3339 in UTC, written with Z, to the nanosecond at most. No order is ever taken from it. */
export type Time = Line;

/** A place in an order, counted from 0. */
export type Seq = number;

/** How often a function was begun; 0 where its result came from a cache. */
export type Executions = number;

export type Count = number;

/** What a run is given besides its input. */
export type Config = { "thread_id"?: Id; "checkpoint_id"?: Id; "run_id"?: Id; "metadata"?: ValueObject; "max_concurrency"?: Count; "tags"?: (Text)[] };

/** One of the kinds below. */
export type Entry = (EntryRunStarted) | (EntryRunResumed) | (EntryRunInterrupted) | (EntryRunCompleted) | (EntryRunFailed) | (EntryRunStopped) | (EntryTaskCompleted) | (EntryTaskFailed) | (EntryTaskCancelled) | (EntryInterruptRaised) | (EntryInterruptAnswered);

/** A run's first attempt begins. */
export type EntryRunStarted = { "kind": "run.started"; "seq": Seq; "at": Time; "attempt_id": Id; "attempt": 1 };

/** A further attempt begins; the failures at these paths are void. */
export type EntryRunResumed = { "kind": "run.resumed"; "seq": Seq; "at": Time; "attempt_id": Id; "attempt": Count; "rerun": Paths };

/** The run waits for answers. The ids stand in the order in which they were raised. */
export type EntryRunInterrupted = { "kind": "run.interrupted"; "seq": Seq; "at": Time; "attempt_id": Id; "interrupts": (InterruptId)[]; "error"?: ErrorDocument };

/** The run is finished. Its value stands in the checkpoint that is named here. */
export type EntryRunCompleted = { "kind": "run.completed"; "seq": Seq; "at": Time; "attempt_id": Id; "checkpoint_id": Id; "orphans"?: Paths };

/** The attempt ended with an error; the next one makes the calls at these paths again. */
export type EntryRunFailed = { "kind": "run.failed"; "seq": Seq; "at": Time; "attempt_id": Id; "error": ErrorDocument; "rerun": Paths; "orphans"?: Paths };

/** The caller stopped the run. Nothing is decided by it. */
export type EntryRunStopped = { "kind": "run.stopped"; "seq": Seq; "at": Time; "attempt_id": Id };

/** A call returned. */
export type EntryTaskCompleted = { "kind": "task.completed"; "seq": Seq; "at": Time; "attempt_id": Id; "path": Path; "name": Name; "input_digest": DigestOrNull; "alone": boolean; "attempts": Executions; "started_at": Time; "value": Value; "version"?: Id };

/** A call failed; when it is made again, so are the calls at these paths. */
export type EntryTaskFailed = { "kind": "task.failed"; "seq": Seq; "at": Time; "attempt_id": Id; "path": Path; "name": Name; "input_digest": DigestOrNull; "alone": boolean; "attempts": Count; "started_at": Time; "error": ErrorDocument; "rerun": Paths };

/** A call was cancelled, and its caller saw that. */
export type EntryTaskCancelled = { "kind": "task.cancelled"; "seq": Seq; "at": Time; "attempt_id": Id; "path": Path; "name": Name; "input_digest": DigestOrNull; "alone": boolean; "attempts": Count; "started_at": Time };

/** A scope asks. */
export type EntryInterruptRaised = { "kind": "interrupt.raised"; "seq": Seq; "at": Time; "attempt_id": Id; "id": InterruptId; "value": Value; "input_digest": DigestOrNull; "alone": boolean; "response_schema"?: ResponseSchema };

/** An answer came. */
export type EntryInterruptAnswered = { "kind": "interrupt.answered"; "seq": Seq; "at": Time; "attempt_id": Id; "id": InterruptId; "value": Value };

/** What every form of defining an entrypoint comes to. */
export type EntrypointDefinition = { "kind": "entrypoint-definition"; "name": Name; "version": IdOrNull; "on_divergence": "error" | "replay" | "warn"; "retry"?: (RetryPolicy)[]; "timeout"?: TimeoutPolicy; "cache"?: CachePolicy };

/** An error in a form that any language can read. */
export type ErrorDocument = { "type": Name; "message": Text; "data"?: Value; "path"?: Path; "retryable"?: boolean };

/** Who may go on with a thread. */
export type Holder = { "attempt_id": Id; "host": Id; "pid": Count; "lease_until": Time };

/** A pending interrupt as users see it. */
export type Interrupt = { "kind": "interrupt"; "id": InterruptId; "value": Value; "response_schema"?: ResponseSchema };

/** How often and when something that failed is executed again. Times are in seconds. */
export type RetryPolicy = { "initial_interval": number; "backoff_factor": number; "max_interval": number; "max_attempts": Count; "jitter": boolean; "retry_on": ("default" | "custom") | ((Name)[]) };

/** What a store keeps under a namespace and a key, as a reader sees it. */
export type StoreItem = { "namespace": (Id)[]; "key": Id; "value": ValueObject; "created_at": Time; "updated_at": Time };

/** What a stream shows of one moment in one of its modes. */
export type StreamPart = (StreamPartUpdates) | (StreamPartValues) | (StreamPartCustom) | (StreamPartTasks) | (StreamPartCheckpoints) | (StreamPartDebug);

/** The result of a call or of the run by the name of the task or entrypoint, or the pending interrupts. */
export type StreamPartUpdates = { "type": "updates"; "ns": StreamPartNamespace; "data": (ValueObject) | (StreamPartQuestions) };

/** The value of the run, or its pending interrupts. */
export type StreamPartValues = { "type": "values"; "ns": StreamPartNamespace; "data": Value; "interrupts": StreamPartAsked };

/** What code wrote. */
export type StreamPartCustom = { "type": "custom"; "ns": StreamPartNamespace; "data": Value };

/** A call, or the run's own code, begins or ends. */
export type StreamPartTasks = { "type": "tasks"; "ns": StreamPartNamespace; "data": (StreamPartBegun) | (StreamPartEnded) };

/** A checkpoint was made. */
export type StreamPartCheckpoints = { "type": "checkpoints"; "ns": StreamPartNamespace; "data": StreamPartCheckpoint };

/** What tasks or checkpoints show, with its time and step. */
export type StreamPartDebug = { "type": "debug"; "ns": StreamPartNamespace; "data": (StreamPartTask) | (StreamPartTaskResult) | (StreamPartMadeCheckpoint) };

/** The path of the innermost called entrypoint, as its segments. */
export type StreamPartNamespace = (Path)[];

/** LangGraph's count: the seq of a checkpoint less one. */
export type StreamPartStep = number;

/** The path of a call, or nothing for the run's own code. */
export type StreamPartPlace = ("") | (Path);

/** The pending interrupts, in the place of results. */
export type StreamPartQuestions = { "__interrupt__": StreamPartAsked };

/** Interrupts that are pending. */
export type StreamPartAsked = ({ "id": InterruptId; "value": Value; "response_schema"?: ResponseSchema })[];

/** A call, or the run's own code, begins. */
export type StreamPartBegun = { "id": Text; "name": Name; "path": StreamPartPlace; "input": Value; "triggers": ["__start__"] | ["__pregel_push"] };

/** A call, or the run's own code, has ended. */
export type StreamPartEnded = { "id": Text; "name": Name; "path": StreamPartPlace; "error": (null) | (ErrorDocument); "result": ValueObject; "interrupts": StreamPartAsked; "cached"?: true; "cancelled"?: true };

/** The config that addresses a checkpoint. */
export type StreamPartAddress = { "thread_id": Id; "checkpoint_id": Id };

/** A checkpoint as a state of the moment in which it was made. */
export type StreamPartCheckpoint = { "config": StreamPartAddress; "parent_config": (null) | (StreamPartAddress); "values": Value; "metadata": ValueObject; "next": (Name)[]; "tasks": (StreamPartRow)[] };

/** The run's own code, with what is pending. */
export type StreamPartRow = { "id": Text; "name": Name; "interrupts": StreamPartAsked };

/** A beginning, in debug. */
export type StreamPartTask = { "step": StreamPartStep; "timestamp": Time; "type": "task"; "payload": StreamPartBegun };

/** An end, in debug. */
export type StreamPartTaskResult = { "step": StreamPartStep; "timestamp": Time; "type": "task_result"; "payload": StreamPartEnded };

/** A checkpoint, in debug. */
export type StreamPartMadeCheckpoint = { "step": StreamPartStep; "timestamp": Time; "type": "checkpoint"; "payload": StreamPartCheckpoint };

/** What every form of defining a task comes to. */
export type TaskDefinition = { "kind": "task-definition"; "name": Name; "raises": (Name)[]; "retry"?: (RetryPolicy)[]; "timeout"?: TimeoutPolicy; "cache"?: CachePolicy; "version"?: Id };

/** The interchange form of a thread: one document with its checkpoints and their journals, in the order of their seqs. */
export type Thread = { "kind": "thread"; "format": "taskpoint.thread/1"; "thread_id": Id; "checkpoints": (ThreadJournal)[] };

/** A checkpoint with its journal. */
export type ThreadJournal = { "checkpoint": Checkpoint; "entries": (Entry)[] };

/** How long one execution may take, in seconds; null where there is no limit. */
export type TimeoutPolicy = { "run_timeout": null | number; "idle_timeout": null | number; "refresh_on": "auto" | "heartbeat" };
