package dev.mqha.drill;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events, one line of JSON each, with the milliseconds since the program began. */
final class Talk {
    private final ObjectMapper json = new ObjectMapper();
    private final long began = System.nanoTime();
    private final PrintStream out;

    Talk(PrintStream out) {
        this.out = out;
    }

    /** @param pairs names and values */
    synchronized void say(String event, Object... pairs) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.put("at", (System.nanoTime() - began) / 1_000_000);
        for (int index = 0; index < pairs.length; index += 2) {
            line.put((String) pairs[index], pairs[index + 1]);
        }
        try {
            out.println(json.writeValueAsString(line));
        } catch (com.fasterxml.jackson.core.JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
        out.flush();
        if (out.checkError()) {
            Runtime.getRuntime().halt(0); // Nobody reads any more.
        }
    }
}
