package dev.mqha.patches.slave_position;

import dev.mqha.patches.slave_log.SlaveAttach;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;

/**
 * Remembers how far the log of a node goes, for the next election; a mended class of the store calls it.
 *
 * <p>A slave's store counts from zero until it has attached. One that was stopped before, because its
 * master was gone, told the election that its log was empty. When all slaves did so, as they do where
 * ZooKeeper is away for a moment, the first of them was elected, and not the one with the longest log:
 * acknowledged messages were cut off.
 */
public final class SlavePosition {
    private SlavePosition() {}

    /**
     * Instead of {@code wal_append_position}: how far the log goes that a slave has when it has stopped. It counted
     * what it had received while it attached, too; stopped then, it has its old log back.
     */
    public static long of(SlaveLevelDBStore slave) {
        return SlaveAttach.position(slave);
    }

    /**
     * Instead of the setter, when a slave has stopped.
     *
     * @param position what the slave has counted; zero where it never attached: its log is as it was
     */
    public static void stopped(ElectingLevelDBStore store, long position) {
        if (position > 0) {
            store.position_$eq(position);
        }
    }
}
