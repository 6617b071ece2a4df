package dev.mqha.guard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.Applied;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar of the rewritten classes, and what the guard says of it. */
class GuardTest {
    @TempDir
    Path directory;

    @Test
    void ofTheDistributionNothingIsMissing() throws Exception {
        Path jar = directory.resolve("guard.jar");
        String line = Mended.make(jar);
        assertTrue(line.startsWith("{\"guarded\":true,\"version\":\"5.16.7\",\"applied\":[\"listener-race\","), line);
        assertTrue(line.endsWith("],\"missing\":[]}"), line);
        try (JarFile file = new JarFile(jar.toFile())) {
            byte[] names = file.getInputStream(file.getEntry(Applied.RESOURCE)).readAllBytes();
            assertEquals(
                    Patches.ALL.stream().map(Patch::name).toList(),
                    new String(names, StandardCharsets.US_ASCII).lines().toList());
        }
    }

    @Test
    void twoRunsGiveTheSameJar() throws Exception {
        Mended.make(directory.resolve("a.jar"));
        Mended.make(directory.resolve("b.jar"));
        assertArrayEquals(
                Files.readAllBytes(directory.resolve("a.jar")), Files.readAllBytes(directory.resolve("b.jar")));
    }

    @Test
    void whereNoClassIsKnownThereIsNoJar() throws Exception {
        Path other = directory.resolve("store.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(other))) {
            for (Patch patch : Patches.ALL) {
                for (Target target : patch.targets()) {
                    try {
                        out.putNextEntry(new JarEntry(target.name() + ".class"));
                        out.write(new byte[] {1, 2, 3});
                    } catch (ZipException again) {
                        // Another patch rewrites it as well.
                    }
                }
            }
        }
        Path jar = directory.resolve("guard.jar");
        String line = Guard.run(List.of(other), jar, Set.of());
        assertTrue(line.startsWith("{\"guarded\":false,\"version\":\"5.16.7\",\"applied\":[],\"missing\":[{"), line);
        assertFalse(Files.exists(jar));
    }

    @Test
    void theReportNamesTheUnknownClassWithWhatWasFound() throws Exception {
        Path other = directory.resolve("other.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(other))) {
            out.putNextEntry(new JarEntry("org/apache/activemq/leveldb/LevelDBClient$CollectionMeta.class"));
            out.write(new byte[] {1, 2, 3});
        }
        String line = Mended.make(directory.resolve("guard.jar"), List.of(other), Set.of("tls-names", "whole-units"));
        assertTrue(line.startsWith("{\"guarded\":false,"), line);
        assertTrue(line.contains("\"missing\":[{\"patch\":\"whole-units\",\"risk\":\"messages\",\"without\":\"a master that"), line);
        assertTrue(line.contains("\"patch\":\"queue-places\",\"risk\":\"messages\",\"without\":\"after a failover a new message can take"
                + " the place of an acknowledged one in its queue\",\"reason\":\"unknown-class\",\"classes\":[{"
                + "\"class\":\"org/apache/activemq/leveldb/LevelDBClient$CollectionMeta\","
                + "\"expected\":\"5d9130b618e28570c95e9a10fed9b958ad2e7cef22f37d66e2851780f5de328a\","
                + "\"found\":\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\"}],\"needs\":[]}"), line);
        assertTrue(line.contains("\"reason\":\"needs\",\"classes\":[],\"needs\":[\"whole-units\"]}"), line);
        assertTrue(line.contains("\"reason\":\"off\",\"classes\":[],\"needs\":[]}"), line);
    }

    @Test
    void aSwitchWithoutAPatchIsAnError() {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> Mended.make(directory.resolve("guard.jar"), List.of(), Set.of("no-such")));
        assertTrue(refusal.getMessage().startsWith("there is no patch no-such; there are accept-poll, "), refusal.getMessage());
        assertFalse(Files.exists(directory.resolve("guard.jar")));
    }

    @Test
    void aMissingJarIsAnError() {
        IOException failure = assertThrows(
                IOException.class, () -> Guard.run(List.of(directory.resolve("none.jar")), directory.resolve("guard.jar"), Set.of()));
        assertTrue(failure.getMessage().contains("none.jar"));
    }
}
