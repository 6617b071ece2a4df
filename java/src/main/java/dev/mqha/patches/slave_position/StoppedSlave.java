package dev.mqha.patches.slave_position;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Sends the position of a slave that has stopped to {@link SlavePosition}, which says why. */
public final class StoppedSlave {
    private static final String STORE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore";

    /** {@code ElectingLevelDBStore.stop_slave}: the task that stops it. */
    static final String CLASS = STORE + "$$anonfun$stop_slave$1";

    private static final String SLAVE = Classes.SLAVE_STORE.name();
    private static final String TARGET = "dev/mqha/patches/slave_position/SlavePosition";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "slave-position",
                    Patch.Risk.MESSAGES,
                    "after a short outage of ZooKeeper a node with a shorter log can be elected, and "
                            + "cuts off acknowledged messages")
            .rewrites(CLASS, "eed635e1dbf426c6563a5f98ff613df9ed9b4291801b787b18632bf875e754af", StoppedSlave::mend);

    private StoppedSlave() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not set it exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(STORE, "position_$eq", "(J)V", TARGET, "stopped", STORE)
                .andThen(Rewrite.redirect(SLAVE, "wal_append_position", "()J", TARGET, "of", SLAVE))
                .apply(original);
    }
}
