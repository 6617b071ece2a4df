package dev.mqha.store;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.activemq.leveldb.util.FileSupport;

/**
 * Copies the log that a slave sets aside before it attaches; a mended class of the store calls it.
 *
 * <p>The store makes a log of its full size at once, 100 MB, nearly all of which is a hole at first. Its own
 * copy wrote every zero of it to the disk, at each start and in each failover, while the new master waits
 * for this slave. This one leaves the holes.
 */
public final class SparseCopy {
    private static final int BLOCK = 64 * 1024;

    private SparseCopy() {}

    /**
     * Instead of {@code RichFile.copyTo}.
     *
     * @return the length of the file in bytes
     */
    public static long copy(FileSupport.RichFile from, File to) throws IOException {
        return copy(from.self().toPath(), to.toPath());
    }

    static long copy(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(
                        to,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
            ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
            long length = 0;
            while (in.read(block.clear()) >= 0) {
                block.flip();
                long next = length + block.remaining();
                if (block.mismatch(zeros.clear().limit(block.remaining())) >= 0) {
                    write(out, block, length);
                }
                length = next;
            }
            if (out.size() < length) {
                write(out, zeros.clear().limit(1), length - 1);
            }
            return length;
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes, long position) throws IOException {
        for (long at = position; bytes.hasRemaining(); ) {
            at += out.write(bytes, at);
        }
    }
}
