package dev.mqha.patches.announced_sizes;

import java.io.DataInput;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads what a peer has announced the size of, and takes no more memory than what is there; the mended {@code MarshallingSupport} calls it. */
public final class Announced {
    /** Up to so many bytes are taken at once, and so many elements are made room for. */
    static final int AT_ONCE = 8 * 1024;

    private Announced() {}

    /**
     * Reads a byte array of an announced length.
     *
     * <p>What a stream has at hand is known for a frame in memory. It is not for a compressed body, whose stream says 1
     * until its end; that one is read piece by piece, so that the array grows with what has come.
     *
     * @throws java.io.EOFException where there are fewer bytes
     * @throws IOException where the length is negative
     */
    public static byte[] read(int length, DataInput in) throws IOException {
        if (length < 0) {
            throw new IOException("an array of " + length + " bytes was announced");
        }
        boolean there = length <= AT_ONCE || in instanceof InputStream stream && stream.available() >= length;
        byte[] bytes = new byte[there ? length : AT_ONCE];
        in.readFully(bytes);
        while (bytes.length < length) {
            int before = bytes.length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * before));
            in.readFully(bytes, before, bytes.length - before);
        }
        return bytes;
    }

    /** The first capacity of a collection that was announced with so many elements; it grows as they come. */
    public static int capacity(int elements) {
        return Math.max(0, Math.min(elements, AT_ONCE));
    }
}
