package dev.mqha.guard;

import dev.mqha.patches.common.Applied;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;

/**
 * Writes the rewritten form of those classes of ActiveMQ that keep a broker from starting, make it lose messages, let a
 * failover hang or last, start slowly, or never let it rest.
 *
 * <p>Usage: {@code Guard [--off <patch>,<patch>...] <jar>... <guard.jar>}, with the jars that hold the classes, or {@code
 * Guard --names}. Prints one line of JSON. A patch of which one class is not known is left out as a whole, with those that
 * need it, and the line says so. No jar is written where none applies.
 */
public final class Guard {
    /** The release whose classes these are. */
    static final String VERSION = "5.16.7";

    private Guard() {}

    public static void main(String[] args) {
        try {
            System.out.println(answer(List.of(args)));
        } catch (IOException | IllegalStateException | IllegalArgumentException failure) {
            System.err.println("mqha: " + failure.getMessage());
            System.exit(1);
        }
    }

    private static String answer(List<String> args) throws IOException {
        if (args.equals(List.of("--names"))) {
            return Report.names();
        }
        boolean hasOff = args.size() > 1 && args.get(0).equals("--off");
        Set<String> off = hasOff ? new TreeSet<>(List.of(args.get(1).split(","))) : Set.of();
        List<Path> paths = args.subList(hasOff ? 2 : 0, args.size()).stream().map(Path::of).toList();
        if (paths.size() < 2) {
            throw new IllegalArgumentException("usage: Guard [--off <patch>,<patch>...] <jar>... <guard.jar>, or Guard --names");
        }
        int last = paths.size() - 1;
        return run(paths.subList(0, last), paths.get(last), off);
    }

    /**
     * Applies the patches to the classes of some jars.
     *
     * @param off the names of the patches that are left out on purpose
     * @return one line of JSON: what was done, and what is missing
     * @throws IOException where a jar cannot be read, or the result cannot be written
     * @throws IllegalArgumentException where there is no patch of such a name
     * @throws IllegalStateException where a place to be patched is not there
     */
    public static String run(List<Path> jars, Path target, Set<String> off) throws IOException {
        Rewritten rewritten = rewrite(read(jars), off);
        if (!rewritten.classes().isEmpty()) {
            write(target, rewritten);
        }
        return Report.of(rewritten);
    }

    /**
     * What was made of some classes.
     *
     * @param classes the rewritten ones, by name
     * @param found the SHA-256 of each original that is there, by name
     */
    record Rewritten(Patches.Selection selection, Map<String, byte[]> classes, Map<String, String> found) {}

    /** Applies the patches, but for some, to classes by their names; it throws what run() throws. */
    static Rewritten rewrite(Map<String, byte[]> originals, Set<String> off) {
        refuseUnknown(off);
        Map<String, String> found = new HashMap<>();
        originals.forEach((name, bytes) -> found.put(name, sha256(bytes)));
        Patches.Selection selection = Patches.select(found, off);
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (Patch patch : selection.applied()) {
            for (Patch.Rewriting rewriting : patch.rewritings()) {
                String name = rewriting.target().name();
                byte[] before = classes.getOrDefault(name, originals.get(name));
                classes.put(name, rewriting.rewrite().apply(before));
            }
        }
        return new Rewritten(selection, classes, found);
    }

    private static void refuseUnknown(Set<String> off) {
        List<String> names = Patches.ALL.stream().map(Patch::name).sorted().toList();
        for (String name : off) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("there is no patch " + name + "; there are " + String.join(", ", names));
            }
        }
    }

    /** Returns the classes that patches rewrite, by name, each of the first jar that has it; without those that none has. */
    static Map<String, byte[]> read(List<Path> jars) throws IOException {
        Map<String, byte[]> classes = new HashMap<>();
        for (Path path : jars) {
            if (!Files.isRegularFile(path)) {
                throw new IOException("there is no jar " + path);
            }
            try (JarFile jar = new JarFile(path.toFile())) {
                for (Patch patch : Patches.ALL) {
                    for (Target target : patch.targets()) {
                        ZipEntry entry = jar.getEntry(target.name() + ".class");
                        if (entry != null && !classes.containsKey(target.name())) {
                            try (InputStream in = jar.getInputStream(entry)) {
                                classes.put(target.name(), in.readAllBytes());
                            }
                        }
                    }
                }
            }
        }
        return classes;
    }

    /** Whole or not at all, and the same bytes for the same classes. */
    private static void write(Path target, Rewritten rewritten) throws IOException {
        Path temporary = Files.createTempFile(target.toAbsolutePath().getParent(), "guard", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(temporary);
                    JarOutputStream jar = new JarOutputStream(out)) {
                put(jar, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String names = rewritten.selection().applied().stream().map(Patch::name).collect(Collectors.joining("\n"));
                put(jar, Applied.RESOURCE, names.getBytes(StandardCharsets.US_ASCII));
                for (Map.Entry<String, byte[]> entry : rewritten.classes().entrySet()) {
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
