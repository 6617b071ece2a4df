package dev.mqha.patches.final_stop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.leveldb.replicated.ElectingLevelDBStore;
import org.junit.jupiter.api.Test;

/** A master that is demoted, and one that is told to end. */
class FinalStopTest {
    /** Runs the task that stops a master's broker: while the JVM lives, and while it ends. */
    public static final class StopsAMaster {
        public static void main(String[] args) throws Exception {
            run("alive");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> run("ending")));
            System.exit(0);
        }

        private static void run(String when) {
            BrokerService broker = new BrokerService() {
                @Override
                public void stop() {}
            };
            try {
                ElectingLevelDBStore store = new ElectingLevelDBStore();
                store.setBrokerService(broker);
                Object task = Class.forName(FinalStop.CLASS.replace('/', '.'))
                        .getConstructor(ElectingLevelDBStore.class)
                        .newInstance(store);
                task.getClass().getMethod("apply$mcV$sp").invoke(task);
            } catch (ReflectiveOperationException failure) {
                failure.printStackTrace();
            }
            System.out.println(when + " " + broker.isRestartRequested());
        }
    }

    @Test
    void aBrokerThatIsToldToEndDoesNotBeginAnew() throws Exception {
        assertEquals("alive true\nending true", Jvm.stock().print(StopsAMaster.class));
        assertEquals("alive true\nending false", Jvm.mended().print(StopsAMaster.class));
    }
}
