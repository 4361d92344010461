import java.util.Map;

/** The requests about values and definitions. */
final class Values {
    private Values() {}

    /**
     * Answers {"outcome": "encoded", "canonical": text}, or {"outcome": "rejected", "code": ..., "path": ...}.
     *
     * <p>Evaluate the request's `expr` and give your port's canonical JSON of the value (chapter 2).
     */
    static Map<String, Object> encode(Map<String, Object> request) {
        return Driver.notYet("encode", "src/Values.java, method encode");
    }

    /**
     * Answers {"outcome": "decoded", "canonical": text}, or {"outcome": "rejected", "code": ...}.
     *
     * <p>Decode the bytes behind the request's `raw_b64` with your port's codec and encode what they gave.
     */
    static Map<String, Object> decode(Map<String, Object> request) {
        return Driver.notYet("decode", "src/Values.java, method decode");
    }

    /** Answers {"outcome": "digested", "digest": hexadecimal}: chapter 3, the input digest of a call. */
    static Map<String, Object> digest(Map<String, Object> request) {
        return Driver.notYet("digest", "src/Values.java, method digest");
    }

    /** Answers {"outcome": "defined", "definition": document}, or {"outcome": "rejected", "code": ...}: chapter 5. */
    static Map<String, Object> define(Map<String, Object> request) {
        return Driver.notYet("define", "src/Values.java, method define");
    }
}
