package dev.mqha.patches.removed_queues;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import javax.jms.Session;
import javax.jms.Topic;
import org.apache.activemq.ActiveMQConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnsubscribedTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Messages wait in the oldest file, subscriptions come and go, and other messages fill files and leave. */
    public static final class Unsubscribes {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0], "data");
            Path killed;
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "precious", 5, 1000);
                ActiveMQConnection connection =
                        (ActiveMQConnection) master.clients().createConnection();
                connection.setClientID("client");
                connection.start();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                Topic topic = session.createTopic("news");
                for (int number = 0; number < 8; number++) {
                    session.createDurableSubscriber(topic, "s" + number).close();
                    session.unsubscribe("s" + number);
                }
                connection.close();
                for (int round = 0; round < 3; round++) {
                    Replicas.send(master, "bulk", 30, 50_000);
                    Replicas.drained(master, "bulk");
                }
                System.out.println(Replicas.collect(master, data, 2));
                killed = Replicas.killed(data, Path.of(args[0], "killed"));
            }
            // The broker that sent them still had them in its memory.
            try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving()) {
                System.out.println(Replicas.drained(master, "precious"));
            }
            System.exit(0);
        }
    }

    @Test
    void theFileOfWaitingMessagesIsKeptWhenSubscriptionsGo() throws Exception {
        assertEquals("true\n5", Jvm.mended().print(Unsubscribes.class, directory));
    }

    @Test
    void withoutTheCureItIsDeleted() throws Exception {
        assertEquals("true\n0", Jvm.stock().print(Unsubscribes.class, directory));
    }
}
