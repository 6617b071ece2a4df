package dev.mqha.patches.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The patches that apply to the classes of this JVM. Nothing that one patch writes may stay where it does not apply. */
public final class Applied {
    /** Their names, one a line; in the jar of the rewritten classes. */
    public static final String RESOURCE = "META-INF/mqha-patches.txt";

    private Applied() {}

    /** Whether a patch applies. @throws IOException where the jar of the rewritten classes cannot be read */
    public static boolean has(String patch) throws IOException {
        try (InputStream names = Applied.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            return names != null
                    && List.of(new String(names.readAllBytes(), StandardCharsets.US_ASCII).split("\n")).contains(patch);
        }
    }
}
