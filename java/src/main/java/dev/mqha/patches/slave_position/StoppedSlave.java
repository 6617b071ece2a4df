package dev.mqha.patches.slave_position;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.slave_log.SlaveFix;

/** Sends the position of a slave that has stopped to {@code dev.mqha.patches.slave_position.SlavePosition}, which says why. */
public final class StoppedSlave {
    private static final String STORE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore";

    /** {@code ElectingLevelDBStore.stop_slave}: the task that stops it. */
    public static final String CLASS = STORE + "$$anonfun$stop_slave$1";

    private static final String TARGET = "dev/mqha/patches/slave_position/SlavePosition";

    private StoppedSlave() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not set it exactly once */
    public static byte[] mend(byte[] original) {
        return Rewrite.redirect(STORE, "position_$eq", "(J)V", TARGET, "stopped", STORE)
                .andThen(Rewrite.redirect(SlaveFix.STORE, "wal_append_position", "()J", TARGET, "of", SlaveFix.STORE))
                .apply(original);
    }
}
