package dev.mqha.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mqha.rig.Branch;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import javax.jms.XASession;
import javax.transaction.xa.XAResource;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubscriptionsTest {
    private static final long LOG_SIZE = 1024 * 1024;
    private static final long WAIT_MS = 700;
    private static final String TOPIC = "news";
    private static final String EVEN = "even = TRUE";

    @TempDir
    Path directory;

    /** A durable subscription, {@code selector} null for all, with a session of an acknowledgement mode. */
    static final class Subscriber implements AutoCloseable {
        private final ActiveMQConnection connection;
        final Session session;
        final MessageConsumer consumer;

        Subscriber(Replicas.Master master, String name, String selector, int mode) throws JMSException {
            connection = (ActiveMQConnection) master.clients().createConnection();
            connection.setClientID(name);
            connection.start();
            session = connection.createSession(mode == Session.SESSION_TRANSACTED, mode);
            consumer = session.createDurableSubscriber(session.createTopic(TOPIC), "s", selector, false);
        }

        /** The next message; fails where there is none. */
        Message next() throws JMSException {
            Message message = consumer.receive(5000);
            if (message == null) {
                throw new IllegalStateException("there is no message");
            }
            return message;
        }

        List<Message> next(int count) throws JMSException {
            List<Message> messages = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                messages.add(next());
            }
            return messages;
        }

        /** All that comes, as numbers. */
        String rest() throws JMSException {
            List<String> texts = new ArrayList<>();
            for (Message next; (next = consumer.receive(WAIT_MS)) != null; ) {
                texts.add(((TextMessage) next).getText());
            }
            return texts.stream().map(Integer::valueOf).sorted().map(String::valueOf).collect(Collectors.joining(" "));
        }

        /** The connection is left as it is, as at a crash. */
        @Override
        public void close() throws JMSException {
            connection.close();
        }
    }

    /** Sends numbers; odd ones live for a time only, in milliseconds, where it is not 0. */
    static void send(Replicas.Master master, int from, int to, long oddLiveMs) throws JMSException {
        Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createTopic(TOPIC));
        for (int number = from; number <= to; number++) {
            TextMessage message = session.createTextMessage(String.valueOf(number));
            message.setBooleanProperty("even", number % 2 == 0);
            producer.setTimeToLive(number % 2 == 0 ? 0 : oddLiveMs);
            producer.send(message);
        }
        session.close();
    }

    static String numbers(int from, int to, int step) {
        return IntStream.iterate(from, number -> number <= to, number -> number + step)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    /** What a new master on the data of a killed one delivers to a subscription. */
    static String after(Path killed, String name, String selector) throws Exception {
        try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving();
                Subscriber subscriber = new Subscriber(master, name, selector, Session.CLIENT_ACKNOWLEDGE)) {
            return subscriber.rest();
        }
    }

    /** Several subscriptions leave messages in different ways when the master is killed and its slave takes over. */
    public static final class Leaves {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            Path killed;
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Subscriber selective = new Subscriber(master, "selective", EVEN, Session.CLIENT_ACKNOWLEDGE);
                Subscriber single = new Subscriber(master, "single", null, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
                Subscriber row = new Subscriber(master, "row", null, Session.CLIENT_ACKNOWLEDGE);
                Subscriber unit = new Subscriber(master, "unit", EVEN, Session.SESSION_TRANSACTED);
                new Subscriber(master, "none", "even IS NULL", Session.AUTO_ACKNOWLEDGE);
                new Subscriber(master, "away", EVEN, Session.AUTO_ACKNOWLEDGE).close();
                send(master, 1, 20, 0);
                selective.next(10);
                List<Message> singles = single.next(20);
                singles.get(4).acknowledge();
                singles.get(19).acknowledge();
                row.next(12).get(11).acknowledge();
                row.next(3);
                unit.next(4);
                unit.session.commit();
                unit.next(3);
                Replicas.caughtUp(master, slave);
                killed = Replicas.killed(second, Path.of(args[0], "killed"));
                slave.stop();
            }
            try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving()) {
                for (String name : List.of("selective", "single", "row", "unit", "none", "away")) {
                    String selector =
                            switch (name) {
                                case "single", "row" -> null;
                                case "none" -> "even IS NULL";
                                default -> EVEN;
                            };
                    try (Subscriber subscriber = new Subscriber(master, name, selector, Session.CLIENT_ACKNOWLEDGE)) {
                        System.out.println(name + " " + subscriber.rest());
                    }
                }
            }
            System.exit(0);
        }
    }

    @Test
    void whatWasNotAcknowledgedComesAfterAFailover() throws Exception {
        // What was acknowledged out of the row comes again: one position is kept.
        assertEquals(
                String.join(
                        "\n",
                        "selective " + numbers(2, 20, 2),
                        "single " + numbers(1, 20, 1),
                        "row " + numbers(13, 20, 1),
                        "unit " + numbers(10, 20, 2),
                        "none ",
                        "away " + numbers(2, 20, 2)),
                Jvm.mended().print(Leaves.class, directory));
    }

    @Test
    void withoutTheCureItIsLost() throws Exception {
        String[] lines = Jvm.stock().print(Leaves.class, directory).split("\n");
        assertEquals("selective 20", lines[0].strip());
        assertEquals("single", lines[1].strip());
    }
}
