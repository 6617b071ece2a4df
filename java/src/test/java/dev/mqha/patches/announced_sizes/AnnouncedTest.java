package dev.mqha.patches.announced_sizes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncedTest {
    private static final int MOST = Integer.MAX_VALUE;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Announced.AT_ONCE, Announced.AT_ONCE + 1, 3 * Announced.AT_ONCE + 5, 1_000_000})
    void whatIsThereIsRead(int length) throws IOException {
        byte[] bytes = bytes(length);
        assertArrayEquals(bytes, Announced.read(length, new DataInputStream(new ByteArrayInputStream(bytes))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Announced.AT_ONCE + 1, 1_000_000})
    void aCompressedBodyIsReadAlthoughItsStreamDoesNotSayHowMuchThereIs(int length) throws IOException {
        byte[] bytes = bytes(length);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(compressed)) {
            out.write(bytes);
        }
        InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed.toByteArray()));
        assertArrayEquals(bytes, Announced.read(length, new DataInputStream(in)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 100_000})
    void whatIsAnnouncedAndNotThereTakesNoMemory(int length) {
        // An array of this size cannot be made in any JVM: it would be an OutOfMemoryError.
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes(length)));
        assertThrows(EOFException.class, () -> Announced.read(MOST, in));
    }

    @Test
    void aNegativeLengthIsRefused() {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(new byte[8]));
        assertThrows(IOException.class, () -> Announced.read(-1, in));
    }

    @Test
    void aCollectionBeginsSmall() {
        assertEquals(5, Announced.capacity(5));
        assertEquals(Announced.AT_ONCE, Announced.capacity(MOST));
        assertEquals(0, Announced.capacity(-1));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
