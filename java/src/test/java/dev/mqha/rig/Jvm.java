package dev.mqha.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for a main class of the tests, with the store's classes as they are or with the mended ones before
 * them: so a fault is shown, its cure beside it, and a broker may end itself.
 */
public final class Jvm {
    private static final long LIMIT_S = 120;

    /** What a JVM did. @param out what it printed, without blanks around it */
    public record Ended(int exitCode, String out, String err) {}

    private final List<String> options = new ArrayList<>(List.of(
            // It lives for some seconds: what the second compiler takes would not come back.
            "-XX:TieredStopAtLevel=1",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
            "-Dzookeeper.sasl.client=false"));
    private final Path first;

    private Jvm(Path first) {
        this.first = first;
    }

    /** With the classes of the distribution. */
    public static Jvm stock() {
        return new Jvm(null);
    }

    /** With the mended classes. */
    public static Jvm mended() {
        return new Jvm(Mended.jar());
    }

    /** With the classes of this jar before all others. */
    public static Jvm with(Path jar) {
        return new Jvm(jar);
    }

    /** Adds an option of the JVM. */
    public Jvm option(String option) {
        options.add(option);
        return this;
    }

    /** Runs a main class to its end. @throws IllegalStateException where it does not end in two minutes */
    public Ended run(Class<?> main, Object... args) throws IOException, InterruptedException {
        Path out = Files.createTempFile("mqha-out", ".txt");
        Path err = Files.createTempFile("mqha-err", ".txt");
        try {
            Process process = command(main, args)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(main.getName() + " did not end: " + Files.readString(err));
            }
            return new Ended(process.exitValue(), Files.readString(out).strip(), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    /** Runs a main class that must end well, and returns what it printed. */
    public String print(Class<?> main, Object... args) throws IOException, InterruptedException {
        Ended ended = run(main, args);
        assertEquals(0, ended.exitCode(), ended.err());
        return ended.out();
    }

    /** Runs a main class with the mended classes, and expects it to end as a broker whose store failed. */
    public static void assertEnds(End end, Class<?> main, Object... args) throws IOException, InterruptedException {
        Ended ended = mended().run(main, args);
        assertEquals(end.exitCode(), ended.exitCode(), ended.err());
        assertTrue(ended.err().contains("mqha: " + end + ", so this broker ends: "), ended.err());
    }

    private ProcessBuilder command(Class<?> main, Object... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String classPath = System.getProperty("java.class.path");
        command.add("-cp");
        command.add(first == null ? classPath : first + File.pathSeparator + classPath);
        command.add(main.getName());
        for (Object arg : args) {
            command.add(String.valueOf(arg));
        }
        return new ProcessBuilder(command);
    }
}
