package dev.mqha.patches.slave_position;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.junit.jupiter.api.Test;

class SlavePositionTest {
    @Test
    void aSlaveThatNeverAttachedHasTheLogThatItHad() {
        ElectingLevelDBStore store = new ElectingLevelDBStore();
        store.position_$eq(4711);
        SlavePosition.stopped(store, 0);
        assertEquals(4711, store.position());
    }

    @Test
    void aSlaveThatAttachedHasWhatItsMasterGaveIt() {
        ElectingLevelDBStore store = new ElectingLevelDBStore();
        store.position_$eq(4711);
        SlavePosition.stopped(store, 5000);
        assertEquals(5000, store.position());
        // Also less: what no other node had was cut off.
        SlavePosition.stopped(store, 4000);
        assertEquals(4000, store.position());
    }
}
