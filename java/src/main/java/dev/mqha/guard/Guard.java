package dev.mqha.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Writes the mended form of those classes that keep a broker from starting, make it lose messages, let a
 * failover hang or last, start slowly, or never let it rest.
 *
 * <p>Usage: {@code Guard <jar>... <guard.jar>}, with the jars that hold the classes. Prints one line of JSON. Where one
 * of the classes is not known all are left as they are, and the line says so; no jar is written then.
 */
public final class Guard {
    /** The release whose classes these are. */
    static final String VERSION = "5.16.7";

    private Guard() {}

    public static void main(String[] args) {
        if (args.length < 2) {
            System.err.println("usage: Guard <jar>... <guard.jar>");
            System.exit(1);
        }
        try {
            List<Path> paths = Stream.of(args).map(Path::of).toList();
            int last = paths.size() - 1;
            System.out.println(run(paths.subList(0, last), paths.get(last)));
        } catch (IOException | IllegalStateException failure) {
            System.err.println("mqha: " + failure.getMessage());
            System.exit(1);
        }
    }

    /**
     * Mends the classes of some jars.
     *
     * @return one line of JSON: what was done
     * @throws IOException where the jar cannot be read, lacks a class, or the result cannot be written
     */
    public static String run(List<Path> jars, Path target) throws IOException {
        Map<String, byte[]> mended = new LinkedHashMap<>();
        List<String> digests = new ArrayList<>();
        boolean known = true;
        for (Map.Entry<String, String> entry : Patches.KNOWN.entrySet()) {
            String className = entry.getKey();
            byte[] original = read(jars, className);
            String digest = sha256(original);
            digests.add(digest);
            if (digest.equals(entry.getValue())) {
                mended.put(className, Patches.mend(className, original));
            } else {
                known = false;
            }
        }
        String classes = String.join(", ", Patches.KNOWN.keySet());
        String what = String.format("\"class\":\"%s\",\"sha256\":\"%s\"", classes, String.join(", ", digests));
        if (!known) {
            String reason = "these classes are not the known ones of " + VERSION + " and were left as they are";
            return String.format("{\"guarded\":false,%s,\"reason\":\"%s\"}", what, reason);
        }
        write(target, mended);
        return String.format("{\"guarded\":true,%s,\"version\":\"%s\"}", what, VERSION);
    }

    private static byte[] read(List<Path> jars, String className) throws IOException {
        for (Path path : jars) {
            if (!Files.isRegularFile(path)) {
                throw new IOException("there is no jar " + path);
            }
            try (JarFile jar = new JarFile(path.toFile())) {
                ZipEntry entry = jar.getEntry(className + ".class");
                if (entry != null) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        return in.readAllBytes();
                    }
                }
            }
        }
        throw new IOException("no " + className + " in " + jars);
    }

    /** Whole or not at all, and the same bytes for the same classes. */
    private static void write(Path target, Map<String, byte[]> classes) throws IOException {
        Path temporary = Files.createTempFile(target.toAbsolutePath().getParent(), "guard", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(temporary);
                    JarOutputStream jar = new JarOutputStream(out)) {
                put(jar, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n".getBytes());
                for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
                    put(jar, entry.getKey() + ".class", entry.getValue());
                }
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void put(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
        jar.putNextEntry(entry);
        jar.write(bytes);
        jar.closeEntry();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
