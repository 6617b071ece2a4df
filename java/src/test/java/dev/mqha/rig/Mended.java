package dev.mqha.rig;

import dev.mqha.guard.Guard;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The mended classes, made once for all tests of a run. */
public final class Mended {
    /** The artifacts whose classes are mended, by the beginning of their files' names. */
    private static final List<String> ARTIFACTS = List.of(
            "activemq-leveldb-store",
            "activemq-client",
            "activemq-broker",
            "activemq-amqp",
            "activemq-stomp",
            "zookeeper-3");

    private static Path jar;

    private Mended() {}

    /** The jar with the mended classes. */
    public static synchronized Path jar() {
        if (jar == null) {
            try {
                Path made = Files.createTempFile("mqha-mended", ".jar");
                made.toFile().deleteOnExit();
                make(made);
                jar = made;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return jar;
    }

    /** Writes the jar with the mended classes, and returns what the guard says. */
    public static String make(Path jar) throws IOException {
        return make(jar, List.of(), Set.of());
    }

    /**
     * Writes the jar with the mended classes, and returns what the guard says.
     *
     * @param first jars whose classes come before those of the distribution
     * @param off the patches that are left out on purpose
     */
    public static String make(Path jar, List<Path> first, Set<String> off) throws IOException {
        return Guard.run(
                Stream.concat(first.stream(), jars().stream()).toList(), jar, off);
    }

    /** The jars whose classes are mended. */
    public static List<Path> jars() {
        return ARTIFACTS.stream().map(Mended::onClassPath).toList();
    }

    /** The jar of the store as it is. */
    public static Path store() {
        return onClassPath(ARTIFACTS.get(0));
    }

    private static Path onClassPath(String artifact) {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Path.of(entry).getFileName().toString().startsWith(artifact)) {
                return Path.of(entry);
            }
        }
        throw new IllegalStateException(artifact + " is not on the class path");
    }
}
