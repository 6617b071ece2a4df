package dev.mqha.patches.stashed_log;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.activemq.leveldb.util.FileSupport;

/**
 * Keeps the log that a slave sets aside before it attaches; a mended class of the store calls it.
 *
 * <p>The store copied the log that it appends to, whose full size of 100 MB it makes at once, and deleted the
 * original right afterwards ({@code SlaveLevelDBStore.start_slave_connections}), at each start and in each
 * failover, while the new master waits for this slave. A second name for the same file keeps it as well:
 * what is attached is written to a new file, and the older logs have always been linked.
 */
public final class StashedLog {
    private static final String STASH = "stash";
    private static final String UNFINISHED = "stash.tmp";

    private StashedLog() {}

    /**
     * Instead of {@code RichFile.copyTo}.
     *
     * @return the length of the file in bytes
     */
    public static long keep(FileSupport.RichFile log, File kept) throws IOException {
        try {
            Files.createLink(kept.toPath(), log.self().toPath());
            return kept.length();
        } catch (FileAlreadyExistsException taken) {
            // A copy would empty the file that it has two names for.
            return Files.isSameFile(kept.toPath(), log.self().toPath()) ? kept.length() : log.copyTo(kept);
        } catch (IOException | UnsupportedOperationException noLinks) {
            return log.copyTo(kept);
        }
    }

    /**
     * Instead of {@code RichFile.recursiveDelete}. A half-deleted stash would be taken for the whole of what was set aside,
     * so it gets the name of one that is not finished first.
     */
    public static void remove(FileSupport.RichFile directory) throws IOException {
        File file = directory.self();
        if (file.getName().equals(STASH) && file.exists()) {
            File unfinished = new File(file.getParentFile(), UNFINISHED);
            FileSupport.toRichFile(unfinished).recursiveDelete();
            Files.move(file.toPath(), unfinished.toPath(), StandardCopyOption.ATOMIC_MOVE);
            FileSupport.toRichFile(unfinished).recursiveDelete();
        } else {
            directory.recursiveDelete();
        }
    }
}
