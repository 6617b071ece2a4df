package dev.mqha.patches.slave_position;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.util.ServiceStopper;
import org.junit.jupiter.api.Test;
import scala.Function0;
import scala.runtime.AbstractFunction0;

/** A slave that is stopped before it has attached. */
class StoppedSlaveTest {
    /** Stops a slave that never attached, on a node whose log goes as far as 4711, and prints what it remembers. */
    public static final class StopsASlave {
        public static void main(String[] args) throws Exception {
            ElectingLevelDBStore store = new ElectingLevelDBStore();
            store.position_$eq(4711);
            SlaveLevelDBStore slave = new SlaveLevelDBStore() {
                @Override
                public void doStop(ServiceStopper stopper) {}
            };
            Function0<Object> next = new AbstractFunction0<>() {
                @Override
                public Object apply() {
                    return null;
                }
            };
            Object task = Class.forName(StoppedSlave.CLASS.replace('/', '.'))
                    .getConstructor(ElectingLevelDBStore.class, Function0.class, SlaveLevelDBStore.class)
                    .newInstance(store, next, slave);
            task.getClass().getMethod("apply$mcV$sp").invoke(task);
            System.out.println(store.position());
            System.exit(0);
        }
    }

    @Test
    void aSlaveThatNeverAttachedStillKnowsHowFarItsLogGoes() throws Exception {
        assertEquals("0", Jvm.stock().print(StopsASlave.class));
        assertEquals("4711", Jvm.mended().print(StopsASlave.class));
    }
}
