package dev.mqha.patches.common;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.SyncFailedException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;

/** Tells a disk that fails from one that gives something else than what was written to it. */
public final class Failure {
    /** What RecordLog.scala and LevelDB say of what they cannot make sense of. */
    private static final Pattern NONSENSE = Pattern.compile(
            "^(invalid record|short record|checksum does not match|zero read|Corruption:|Invalid argument:)"
                    + "|^IO error:.*No such file");

    private Failure() {}

    /** Why a store must end that failed so; null where it need not: what a thread was told, or a mistake in the code. */
    public static End reasonOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        if (!(root instanceof IOException)
                || root instanceof ClosedChannelException
                || root instanceof InterruptedIOException) {
            return null;
        }
        if (root instanceof NoSuchFileException
                || (root instanceof FileNotFoundException && message.contains("No such file"))) {
            return End.LOG_LOST;
        }
        boolean isOfTheSystem = root.getClass() == IOException.class
                || root instanceof FileSystemException
                || root instanceof FileNotFoundException
                || root instanceof SyncFailedException
                || message.startsWith("IO error:");
        return isOfTheSystem && !NONSENSE.matcher(message).find() ? End.DISK_FAILED : End.STORE_DAMAGED;
    }
}
