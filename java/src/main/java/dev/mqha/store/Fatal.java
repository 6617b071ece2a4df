package dev.mqha.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import org.apache.activemq.leveldb.LevelDBStore;

/** The end of a broker that can do nothing useful any more; mended classes of the store call it. */
public final class Fatal {
    /** EX_SOFTWARE of sysexits.h. */
    static final int STORE_FAILED = 70;

    private Fatal() {}

    /**
     * Says what happened and ends the process at once: an orderly stop would wait for the store.
     *
     * @param failure of the store's start
     */
    public static void storeFailed(Throwable failure) {
        end("the store could not be started", failure);
    }

    /**
     * Ends the process when the disk fails under a store that is at work. The store would stop the broker
     * and let it start anew in the same process. The stop fails as well, so files stay open and the index
     * stays locked, and the new store never attaches. A slave would not even be stopped: it waits for ever.
     *
     * @param failure of an operation on the log or the index
     */
    public static void diskFailed(LevelDBStore store, IOException failure) {
        if (!store.isStopping() && !store.isStopped() && isOfTheDisk(failure)) {
            end("the store could not be read or written", failure);
        }
    }

    /** Not one that only passes on what a thread or a channel was told, or a mistake in the code. */
    private static boolean isOfTheDisk(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root instanceof IOException
                && !(root instanceof ClosedChannelException)
                && !(root instanceof InterruptedIOException);
    }

    private static void end(String what, Throwable failure) {
        System.err.println("mqha: " + what + ", so this broker ends: " + failure);
        failure.printStackTrace();
        Runtime.getRuntime().halt(STORE_FAILED);
    }
}
