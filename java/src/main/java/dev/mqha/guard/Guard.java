package dev.mqha.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * Writes the guarded form of the one class of the store that makes about one start in eight fail.
 *
 * <p>Usage: {@code Guard <activemq-leveldb-store.jar> <guard.jar>}. Prints one line of JSON. A class
 * that is not known is left as it is, and the line says so; no jar is written then.
 */
public final class Guard {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/groups/ZooKeeperGroup";

    /** SHA-256 of the classes that the patch was made for, and the release that ships them. */
    static final Map<String, String> KNOWN =
            Map.of("cdfc6ce9419123720cd3fbb9d6580b569bc72edef89a336bbc1c874e021cc1b5", "5.16.7");

    private Guard() {}

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: Guard <activemq-leveldb-store.jar> <guard.jar>");
            System.exit(1);
        }
        try {
            System.out.println(run(Path.of(args[0]), Path.of(args[1])));
        } catch (IOException | IllegalStateException failure) {
            System.err.println("mqha: " + failure.getMessage());
            System.exit(1);
        }
    }

    /**
     * Guards the class of a jar.
     *
     * @return one line of JSON: what was done
     * @throws IOException where the jar cannot be read, lacks the class, or the result cannot be written
     */
    static String run(Path store, Path target) throws IOException {
        byte[] original = read(store);
        String digest = sha256(original);
        String version = KNOWN.get(digest);
        if (version == null) {
            return String.format(
                    "{\"guarded\":false,\"class\":\"%s\",\"sha256\":\"%s\",\"reason\":\"%s\"}",
                    CLASS, digest, "this form of the class is not known and was left as it is");
        }
        write(target, ListenerGuard.guard(original));
        return String.format(
                "{\"guarded\":true,\"class\":\"%s\",\"sha256\":\"%s\",\"version\":\"%s\"}",
                CLASS, digest, version);
    }

    private static byte[] read(Path store) throws IOException {
        if (!Files.isRegularFile(store)) {
            throw new IOException("there is no jar " + store);
        }
        try (JarFile jar = new JarFile(store.toFile())) {
            ZipEntry entry = jar.getEntry(CLASS + ".class");
            if (entry == null) {
                throw new IOException(store + " holds no " + CLASS);
            }
            try (InputStream in = jar.getInputStream(entry)) {
                return in.readAllBytes();
            }
        }
    }

    /** Whole or not at all, and the same bytes for the same class. */
    private static void write(Path target, byte[] bytes) throws IOException {
        Path temporary = Files.createTempFile(target.toAbsolutePath().getParent(), "guard", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(temporary);
                    JarOutputStream jar = new JarOutputStream(out)) {
                put(jar, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n".getBytes());
                put(jar, CLASS + ".class", bytes);
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
