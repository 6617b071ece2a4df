package dev.mqha.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.activemq.leveldb.util.FileSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseCopyTest {
    private static final int BLOCK = 64 * 1024;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7})
    void aCopyHasTheSameBytes(int length) throws IOException {
        Random random = new Random(length);
        for (int kind = 0; kind < 4; kind++) {
            byte[] bytes = new byte[length];
            if (kind == 1) {
                random.nextBytes(bytes);
            } else if (kind > 1 && length > 0) {
                // One byte in a row of zeros: the last one, or any.
                bytes[kind == 2 ? length - 1 : random.nextInt(length)] = 1;
            }
            assertCopied(bytes);
        }
    }

    private void assertCopied(byte[] bytes) throws IOException {
        Path from = Files.write(directory.resolve("from"), bytes);
        // What was there is gone.
        Path to = Files.write(directory.resolve("to"), new byte[] {7, 7, 7});
        assertEquals(bytes.length, SparseCopy.copy(new FileSupport.RichFile(from.toFile()), to.toFile()));
        assertEquals(-1, Files.mismatch(from, to));
    }

    @Test
    void aHoleTakesNoSpace() throws Exception {
        Path from = directory.resolve("from");
        try (RandomAccessFile log = new RandomAccessFile(from.toFile(), "rw")) {
            log.write(1);
            log.setLength(100L * 1024 * 1024);
        }
        Path to = directory.resolve("to");
        assertEquals(100L * 1024 * 1024, SparseCopy.copy(from, to));
        assertEquals(Files.size(from), Files.size(to));
        Process du = new ProcessBuilder("du", "-k", to.toString()).start();
        int kilobytes = Integer.parseInt(new String(du.getInputStream().readAllBytes()).split("\\s")[0]);
        assertTrue(kilobytes < 1024, kilobytes + " KiB");
    }
}
