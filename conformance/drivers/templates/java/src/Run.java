import java.util.List;
import java.util.Map;

/** The request that everything is about: one use of an entrypoint whose program is data. */
final class Run {
    private Run() {}

    /** An error of the runner's world: raise it inside the task's function, by its type's plain name. */
    static final class EffectError extends RuntimeException {
        final String type;
        final Object data;

        EffectError(Map<String, Object> error) {
            super(String.valueOf(error.get("message")));
            type = String.valueOf(error.get("type"));
            data = error.get("data");
        }
    }

    /**
     * Does something in the runner's world (CNF-009).
     *
     * <p>In the entrypoint's own body `path` is "", and `attempt` and `key` are null. Arguments and result are encoded
     * values.
     */
    static Object effect(
            Wire wire, Object request, String name, List<?> args, String path, Long attempt, String key) {
        Map<String, Object> members = Json.object(
            "name", name, "args", args, "path", path, "attempt", attempt, "idempotency_key", key);
        Map<String, Object> ok = Json.members(wire.call(request, "effect", members).get("ok"));
        if (ok.containsKey("error")) {
            throw new EffectError(Json.members(ok.get("error")));
        }
        return ok.get("value");
    }

    /**
     * Answers `completed`, `interrupted`, `failed`, `rejected`, `updated`, `forked`, `deleted`, `state` or `history`.
     *
     * <p>In this order (conformance/PORTING.md says more of each):
     *
     * <ol>
     *   <li>make a task of your port of every member of the program's `tasks`: its function interprets the task's
     *       body, a list of statements, with the arguments as variables;
     *   <li>make an entrypoint of the program's own body, with `new RunnerSaver(wire, request.get("id"))` as its saver
     *       where the request's `saver.kind` is "runner", and with none where it is "none";
     *   <li>`action` says what to ask of it; begin with `invoke` (with the request's `input`) and `resume`, on the
     *       request's `thread`;
     *   <li>turn what your port gives, or the exception that it throws, into the answer.
     * </ol>
     *
     * <p>Use nothing but your port's public interface, and refuse what you do not know yet with `errored`.
     */
    static Map<String, Object> run(Map<String, Object> request, Wire wire) {
        return Driver.notYet("run", "src/Run.java, method run");
    }
}
