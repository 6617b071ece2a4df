package dev.mqha.patches.stashed_log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.activemq.leveldb.replicated.ReplicationSupport;
import org.apache.activemq.leveldb.util.FileSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StashedLogTest {
    private static final long SIZE = 100L * 1024 * 1024;

    @TempDir
    Path directory;

    private Path log() throws Exception {
        Path log = directory.resolve("0000000000000000.log");
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.writeBytes("records");
            file.setLength(SIZE);
        }
        return log;
    }

    @Test
    void theLogIsKeptUnderASecondName() throws Exception {
        Path log = log();
        Path kept = directory.resolve("kept");
        assertEquals(SIZE, StashedLog.keep(new FileSupport.RichFile(log.toFile()), kept.toFile()));
        assertTrue(Files.isSameFile(log, kept));
    }

    @Test
    void itIsWholeWhenTheStoreHasMadeANewOne() throws Exception {
        Path log = log();
        Path kept = directory.resolve("kept");
        StashedLog.keep(new FileSupport.RichFile(log.toFile()), kept.toFile());
        // What a slave does before the master's log arrives.
        ReplicationSupport.delete_store(directory.toFile());
        MappedByteBuffer arrived = ReplicationSupport.map(log.toFile(), 0, 7, false);
        arrived.put("another".getBytes());
        ReplicationSupport.unmap(arrived);
        assertEquals("records", new String(Files.newInputStream(kept).readNBytes(7)));
        assertEquals("another", Files.readString(log));
    }

    @Test
    void whereALinkIsRefusedItIsCopied() throws Exception {
        Path log = Files.writeString(directory.resolve("small.log"), "records");
        // A name that is taken is one reason of many.
        Path kept = Files.writeString(directory.resolve("kept"), "older and longer");
        StashedLog.keep(new FileSupport.RichFile(log.toFile()), kept.toFile());
        assertEquals("records", Files.readString(kept));
        assertEquals(false, Files.isSameFile(log, kept));
    }
}
