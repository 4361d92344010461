import java.util.List;
import java.util.Map;

/**
 * The runner's store, seen through the six verbs of a saver. Give it the shape of your port's own saver interface.
 *
 * <p>It forwards every verb at once, hands the reply over unchanged, and remembers nothing (CNF-008).
 */
record RunnerSaver(Wire wire, Object request) {
    /** What the runner's store answers instead of doing what it was asked for. */
    static final class SaverError extends RuntimeException {
        /** `run.concurrent` or `saver.failed`. */
        final String code;
        /** With `run.concurrent`, where one is known. */
        final Object holder;
        /** With `saver.failed`: true, false, or null where nobody knows. */
        final Object committed;

        SaverError(Map<String, Object> error) {
            super(String.valueOf(error.get("message")));
            code = String.valueOf(error.get("code"));
            holder = error.get("holder");
            committed = error.get("committed");
        }
    }

    private Map<String, Object> call(String verb, Object... members) {
        Map<String, Object> reply = wire.call(request, "saver." + verb, Json.object(members));
        if (reply.containsKey("error")) {
            throw new SaverError(Json.members(reply.get("error")));
        }
        return Json.members(reply.get("ok"));
    }

    /** Null or {checkpoint, holder}. */
    Object head(String thread) {
        return call("head", "thread_id", thread).get("head");
    }

    /** Null or {checkpoint, is_head, holder, entries}; checkpoint null: the head. */
    Object load(String thread, String checkpoint) {
        return call("load", "thread_id", thread, "checkpoint_id", checkpoint).get("loaded");
    }

    /** Adds a checkpoint with its first entries. */
    void begin(Object checkpoint, String expectedHead, List<?> entries, Object holder, boolean takeOver) {
        call("begin", "checkpoint", checkpoint, "expected_head", expectedHead, "entries", entries, "holder", holder,
            "take_over", takeOver);
    }

    /** Adds entries to a checkpoint's journal, and with the last of them the checkpoint that closes the run. */
    void append(
            String thread, String checkpoint, long expectedSeq, List<?> entries, Object closing, Object holder,
            boolean takeOver) {
        call("append", "thread_id", thread, "checkpoint_id", checkpoint, "expected_seq", expectedSeq,
            "entries", entries, "closing", closing, "holder", holder, "take_over", takeOver);
    }

    /** Checkpoints, the newest first. */
    List<Object> history(String thread, String before, Long limit) {
        return Json.items(call("history", "thread_id", thread, "before", before, "limit", limit).get("checkpoints"));
    }

    /** Removes a thread. */
    void delete(String thread) {
        call("delete", "thread_id", thread);
    }
}
