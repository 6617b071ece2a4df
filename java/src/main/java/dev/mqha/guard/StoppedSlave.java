package dev.mqha.guard;

/** Sends the position of a slave that has stopped to {@code dev.mqha.store.SlavePosition}, which says why. */
final class StoppedSlave {
    private static final String STORE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore";

    /** {@code ElectingLevelDBStore.stop_slave}: the task that stops it. */
    static final String CLASS = STORE + "$$anonfun$stop_slave$1";

    private static final String TARGET = "dev/mqha/store/SlavePosition";

    private StoppedSlave() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not set it exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(STORE, "position_$eq", "(J)V", TARGET, "stopped", STORE)
                .andThen(Rewrite.redirect(SlaveFix.STORE, "wal_append_position", "()J", TARGET, "of", SlaveFix.STORE))
                .apply(original);
    }
}
