package dev.mqha.patches.compressed_bodies;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/**
 * The body of a compressed message, up to a limit; the mended forms of messages read theirs from it.
 *
 * <p>The broker itself reads bodies, to give them the form of AMQP or STOMP, and for its console. What a client had compressed
 * to 500 kB could become 300 MB then, and ended one master after the other, since the message stays.
 */
public final class Inflated extends InflaterInputStream {
    /** In bytes; four times what a message may have by default. */
    static final long LIMIT = Runtime.getRuntime().maxMemory() / 16;

    private final long limit;
    private long read;

    /** @param compressed the body as it was sent */
    public Inflated(InputStream compressed) {
        this(compressed, LIMIT);
    }

    Inflated(InputStream compressed, long limit) {
        super(compressed);
        this.limit = limit;
    }

    // What is read byte by byte or skipped passes here as well.
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = super.read(into, offset, length);
        if (count > 0) {
            read += count;
            if (read > limit) {
                throw new IOException("a compressed message has more than " + limit + " bytes");
            }
        }
        return count;
    }

    /** Returns the size of a body that was announced. @throws IOException where it is too large, or none */
    public static int size(int announced) throws IOException {
        if (announced < 0 || announced > LIMIT) {
            throw new IOException("a compressed message has " + announced + " bytes, and may have " + LIMIT);
        }
        return announced;
    }
}
