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
import java.util.function.UnaryOperator;
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
    /** A class, the SHA-256 of the form that the patch was made for, and the patch. */
    record Patch(String className, String sha256, UnaryOperator<byte[]> mend) {}

    /** The release whose classes these are. */
    static final String VERSION = "5.16.7";

    static final List<Patch> PATCHES = List.of(
            new Patch(
                    ListenerGuard.CLASS,
                    "cdfc6ce9419123720cd3fbb9d6580b569bc72edef89a336bbc1c874e021cc1b5",
                    ListenerGuard::guard),
            new Patch(
                    ChangeOrder.CLASS,
                    "4d973682e7c6a65b14d88444f9983b090079f4802a23b6884ae59232eba0307c",
                    ChangeOrder::mend),
            new Patch(
                    ElectorLoss.CLASS,
                    "966c330d09e9725f55dd37ea9bfee2895786da1fb8aeb71541422c9debef3842",
                    ElectorLoss::mend),
            new Patch(
                    SnapshotFix.CLASS,
                    "764650b9211e0ffd98088a926a7eb6c1539b26aaef67857ca5cbb9bb17b39bc3",
                    SnapshotFix::mend),
            new Patch(
                    UnitFix.STORING,
                    "e9806dd79b885248fcf8399bf028b1c7918102dc7492bad581ee947c429c38f3",
                    UnitFix::store),
            new Patch(
                    UnitFix.ENDING,
                    "c8200995d3c5cc2890ea65a331b25698fce6396da4b6a68865e524b93de78162",
                    UnitFix::end),
            new Patch(
                    UnitFix.REPLAYING,
                    "e5e577bca1a6dbbd502f010a021aa86b633a2ad5ca833af19f89db82d49bc86f",
                    replaying -> RemovalFix.mend(UnitFix.replay(replaying))),
            new Patch(
                    UnitFix.SLAVE,
                    "e2df297e5a1b641cd0d04e024f62396b452e7528ecf5e31403c412abe65b9807",
                    UnitFix::snapshot),
            new Patch(
                    LastPlace.CLASS,
                    "5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a",
                    LastPlace::mend),
            new Patch(
                    StoppedSlave.CLASS,
                    "eed635e1dbf426c6563a5f98ff613df9ed9b4291801b787b18632bf875e754af",
                    StoppedSlave::mend),
            new Patch(
                    FailedStart.MASTER,
                    "cd0f76de6c49e3ebcaa0626454cce2983a717d84fa455d2f9650ebc82d29d77b",
                    FailedStart.of(FailedStart.MASTER)),
            new Patch(
                    FailedStart.SLAVE,
                    "bb824ad8f696a64a272178c4cbd0a82874a13c0018acbcccaf4d319f1cd1f07f",
                    FailedStart.of(FailedStart.SLAVE)),
            new Patch(
                    FinalStop.CLASS,
                    "efb6438165be93234ecd97e5173dd72cbddcc257ce06d37e9084eb80b0419e84",
                    FinalStop::mend),
            new Patch(
                    FailedDisk.CLASS,
                    "18d179c73cba9d50faf86f048eb0edfcdf1efecdd61e5135b67dcff3fc228f47",
                    FailedDisk::mend),
            new Patch(
                    StashLink.CLASS,
                    "19f3e53240170da91a918edc7282908c32cf9edf786045bffaf51a870c292863",
                    StashLink::mend),
            new Patch(
                    StopLimit.CLASS,
                    "3e29415c1ff816d0c9113289daf57bfc8d150a3c735a871cae2de8b171524f00",
                    StopLimit::mend),
            new Patch(
                    AcceptPoll.CLASS,
                    "fbd15f945d3dbba7a9cda2c3f1006453086053fee8b912632dfb3617a7bab93a",
                    AcceptPoll::mend),
            new Patch(
                    QuickTls.CLASS,
                    "b490d72a925ad1cef3db35df2297869987e471f1bb4c12e2c3fc46258d9de379",
                    QuickTls::mend));

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
    static String run(List<Path> jars, Path target) throws IOException {
        Map<String, byte[]> mended = new LinkedHashMap<>();
        List<String> digests = new ArrayList<>();
        boolean known = true;
        for (Patch patch : PATCHES) {
            byte[] original = read(jars, patch.className());
            String digest = sha256(original);
            digests.add(digest);
            if (digest.equals(patch.sha256())) {
                mended.put(patch.className(), patch.mend().apply(original));
            } else {
                known = false;
            }
        }
        String classes = String.join(", ", PATCHES.stream().map(Patch::className).toList());
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
