package dev.mqha.patches.standing_master;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.junit.jupiter.api.Test;
import scala.Function0;

/** A master whose elector goes. */
class LostElectorTest {
    /** A master, the third member, whose elector is gone: says whether it is demoted. */
    public static final class LosesItsElector {
        public static void main(String[] args) {
            ElectingLevelDBStore store = new ElectingLevelDBStore() {
                @Override
                public void stop_master(Function0<scala.runtime.BoxedUnit> then) {
                    System.out.println("demoted");
                }
            };
            GroupMember master = new GroupMember("3", store);
            master.address_$eq("tcp://127.0.0.1:1");
            change(master.sees("1>3", "2", "3"));
            change(master.sees("2", "3"));
            System.out.println("looked");
            System.exit(0);
        }

        private static void change(GroupMember master) {
            try {
                master.change_listener().changed();
            } catch (NullPointerException noZooKeeper) {
                // What it thinks now is told to ZooKeeper at the end.
            }
        }
    }

    @Test
    void aMasterStaysWhenItsElectorIsLost() throws Exception {
        assertEquals("demoted\nlooked", Jvm.stock().print(LosesItsElector.class));
        assertEquals("looked", Jvm.mended().print(LosesItsElector.class));
    }
}
