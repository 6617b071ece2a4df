package dev.mqha.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class ReplicasTest {
    @TempDir
    Path directory;

    /** Sends twenty messages to a master with a slave, and takes them from the slave that took over. */
    public static final class TakesOver {
        private static final long LOG_SIZE = 1024 * 1024;
        private static final int MESSAGES = 20;

        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue("numbers"));
                for (int number = 0; number < MESSAGES; number++) {
                    producer.send(session.createTextMessage(String.valueOf(number)));
                }
                Replicas.caughtUp(master, slave);
                slave.stop();
            }
            try (Replicas.Master master = Replicas.master(second, 1, LOG_SIZE).serving()) {
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue("numbers"));
                int taken = 0;
                // Only what may not come is not worth a long wait.
                while (consumer.receive(taken < MESSAGES ? 10_000 : 100) != null) {
                    taken++;
                }
                System.out.println(taken);
            }
            System.exit(0);
        }
    }

    @Test
    void aSlaveTakesOverWhatItsMasterHad() throws Exception {
        assertEquals("20", Jvm.stock().print(TakesOver.class, directory.resolve("stock")));
        assertEquals("20", Jvm.mended().print(TakesOver.class, directory.resolve("mended")));
    }
}
