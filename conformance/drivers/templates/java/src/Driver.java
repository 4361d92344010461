import java.util.List;
import java.util.Map;

/**
 * The conformance driver of my-port: it reads requests from its standard input and answers on its standard output.
 * Java 17 or newer.
 */
public final class Driver {
    public static void main(String[] arguments) {
        Wire wire = new Wire(System.in, System.out);
        System.setOut(System.err); // whatever prints must not disturb the protocol
        wire.serve(request -> {
            Map<String, Object> answered;
            try {
                answered = answer(request, wire);
            } catch (Throwable fault) { // the runner has to hear of it
                fault.printStackTrace();
                answered = errored(fault.toString());
            }
            wire.send(Json.with(answered, "id", request.get("id")));
        });
    }

    /** Gives the one answer that every request gets. */
    private static Map<String, Object> answer(Map<String, Object> request, Wire wire) {
        String op = String.valueOf(request.get("op"));
        return switch (op) {
            case "hello" -> hello(request);
            case "encode" -> Values.encode(request);
            case "decode" -> Values.decode(request);
            case "digest" -> Values.digest(request);
            case "define" -> Values.define(request);
            case "run" -> Run.run(request, wire);
            default -> errored("unknown request " + op);
        };
    }

    /** Says who this is and what it claims. What is claimed is judged, so begin with little. */
    private static Map<String, Object> hello(Map<String, Object> request) {
        if (!"1.0".equals(request.get("protocol"))) {
            return errored("this driver speaks protocol 1.0");
        }
        return Json.object(
            "outcome", "hello",
            "name", "my-port",
            "version", "0.0.0",
            "language", "java",
            "spec", List.of("1.0"),
            "profiles", List.of("core"),
            "forms", List.of("named"), // a task is defined by a name and a function
            "modes", List.of("sync"), // "async" as soon as a scope can have branches (chapter 13)
            "savers", List.of("runner"));
    }

    static Map<String, Object> errored(String message) {
        return Json.object("outcome", "errored", "message", message);
    }

    /** What a request is answered with that nobody has written yet. */
    static Map<String, Object> notYet(String op, String where) {
        return errored("implement " + op + ": " + where + " (conformance/PORTING.md)");
    }
}
