package dev.mqha.patches.common;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.activemq.leveldb.LevelDBStore;

/** The end of a broker that can do nothing useful any more; mended classes of the store call it. */
public final class Fatal {
    /** The system property that names the broker's log directory. */
    public static final String LOG_DIRECTORY = "mqha.log";

    /** What is written there: {@code {"at","pid","exitCode","code","message"}}; mqha reads it. */
    public static final String RECORD = "end.json";

    private Fatal() {}

    /**
     * Says what happened and ends the process at once: an orderly stop would wait for the store.
     *
     * @param failure of the store's start
     */
    public static void storeFailed(Throwable failure) {
        End reason = Failure.reasonOf(failure);
        end(reason == null ? End.START_FAILED : reason, String.valueOf(failure), failure);
    }

    /**
     * Ends the process when the disk fails under a store that is at work, or gives something else than what was
     * written. The store would stop the broker and let it start anew in the same process. The stop fails as well,
     * so files stay open and the index stays locked, and the new store never attaches. A slave would not
     * even be stopped: it waits for ever.
     *
     * @param failure of an operation on the log or the index
     */
    public static void diskFailed(LevelDBStore store, IOException failure) {
        End reason = store.isStopping() || store.isStopped() ? null : Failure.reasonOf(failure);
        if (reason != null) {
            end(reason, String.valueOf(failure), failure);
        }
    }

    /**
     * Records why, says it on stderr, and ends the process at once. It does not return.
     *
     * @param message what exactly was found
     * @param failure null where none was thrown
     */
    public static void end(End reason, String message, Throwable failure) {
        try {
            record(reason, message);
            System.err.println("mqha: " + reason + ", so this broker ends: " + message);
            if (failure != null) {
                failure.printStackTrace();
            }
        } finally {
            Runtime.getRuntime().halt(reason.exitCode());
        }
    }

    private static void record(End reason, String message) {
        String directory = System.getProperty(LOG_DIRECTORY);
        if (directory == null) {
            return;
        }
        String record = String.format(
                "{\"at\":\"%s\",\"pid\":%d,\"exitCode\":%d,\"code\":\"%s\",\"message\":\"%s\"}%n",
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                ProcessHandle.current().pid(),
                reason.exitCode(),
                reason.code(),
                escaped(reason + ": " + message));
        try (FileChannel file = FileChannel.open(
                Path.of(directory, RECORD),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8)));
            file.force(false);
        } catch (IOException noRecord) {
            // The disk may be what has failed; stderr says it as well.
            System.err.println("mqha: why this broker ends could not be recorded: " + noRecord);
        }
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                escaped.append('\\').append(letter);
            } else if (letter < ' ') {
                escaped.append(String.format("\\u%04x", (int) letter));
            } else {
                escaped.append(letter);
            }
        }
        return escaped.toString();
    }
}
