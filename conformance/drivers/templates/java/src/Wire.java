import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The pipe to the runner: JSON Lines. Requests overlap, so that any thread may use it. It needs no change. */
final class Wire {
    private final BufferedReader source;
    private final PrintStream sink;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, CompletableFuture<Map<String, Object>>> waiting = new ConcurrentHashMap<>();

    Wire(InputStream source, PrintStream sink) {
        this.source = new BufferedReader(new InputStreamReader(source, StandardCharsets.UTF_8));
        this.sink = sink;
    }

    /** Writes one message, and sees to it that it is out. */
    synchronized void send(Map<String, Object> message) {
        byte[] line = (Json.write(message) + "\n").getBytes(StandardCharsets.UTF_8);
        sink.write(line, 0, line.length);
        sink.flush();
    }

    /** Asks the runner for something on behalf of a request, and waits for the reply. */
    Map<String, Object> call(Object request, String op, Map<String, Object> members) {
        long cid = last.incrementAndGet();
        CompletableFuture<Map<String, Object>> reply = new CompletableFuture<>();
        waiting.put(cid, reply);
        send(Json.with(Json.with(Json.with(members, "cid", cid), "id", request), "op", op));
        return reply.join();
    }

    /** Gives each request to `handle`, in a thread of its own, until the runner says stop, or the input ends. */
    void serve(Consumer<Map<String, Object>> handle) {
        try {
            for (String line = source.readLine(); line != null; line = source.readLine()) {
                Map<String, Object> message = Json.members(Json.parse(line));
                if (message.get("cid") instanceof Number cid) {
                    CompletableFuture<Map<String, Object>> reply = waiting.remove(cid.longValue());
                    if (reply != null) { // a second reply is dropped (CNF-012)
                        reply.complete(message);
                    }
                } else if ("stop".equals(message.get("op"))) {
                    break;
                } else {
                    Thread worker = new Thread(() -> handle.accept(message));
                    worker.setDaemon(true);
                    worker.start();
                }
            }
        } catch (IOException error) {
            error.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }
}
