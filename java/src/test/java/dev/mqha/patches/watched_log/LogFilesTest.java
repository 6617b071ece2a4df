package dev.mqha.patches.watched_log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.patches.durable_subscriptions.SubscriptionsTest;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Keeps a message of a queue in the first file of the log, and lets a topic fill and leave the next ones. */
    public static final class Leaves {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            Path[] killed = new Path[2];
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                session.createProducer(session.createQueue("kept")).send(session.createTextMessage("kept"));
                SubscriptionsTest.Subscriber reader =
                        new SubscriptionsTest.Subscriber(master, "reader", null, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createTopic("news"));
                for (int number = 0; number < 300; number++) {
                    producer.send(session.createTextMessage("x".repeat(20_000)));
                    reader.next();
                }
                if (!Replicas.collect(master, first, 2)) {
                    throw new IllegalStateException("the log is not collected");
                }
                Replicas.caughtUp(master, slave);
                killed[0] = Replicas.killed(first, Path.of(args[0], "killed-master"));
                killed[1] = Replicas.killed(second, Path.of(args[0], "killed-slave"));
                slave.stop();
            }
            for (Path data : killed) {
                try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                    Replicas.collect(master, data, 1);
                    Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                    MessageConsumer consumer = session.createConsumer(session.createQueue("kept"));
                    System.out.println(consumer.receive(2000) != null);
                }
            }
            System.exit(0);
        }
    }

    @Test
    void whatATopicHasLeftDoesNotTakeTheLogFromAQueue() throws Exception {
        assertEquals("true\ntrue", Jvm.mended().print(Leaves.class, directory.resolve("mended")));
    }

    @Test
    void withoutTheCureItDoes() throws Exception {
        assertEquals("false\nfalse", Jvm.stock().print(Leaves.class, directory.resolve("stock")));
    }
}
