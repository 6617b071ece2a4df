package dev.mqha.patches.durable_subscriptions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Branch;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

public class SubscriptionsTest {
    private static final long LOG_SIZE = 1024 * 1024;
    private static final long WAIT_MS = 700;
    private static final String TOPIC = "news";
    private static final String EVEN = "even = TRUE";

    @TempDir
    Path directory;

    /** A durable subscription, {@code selector} null for all, with a session of an acknowledgement mode. */
    public static final class Subscriber implements AutoCloseable {
        private final ActiveMQConnection connection;
        final Session session;
        final MessageConsumer consumer;

        public Subscriber(Replicas.Master master, String name, String selector, int mode) throws JMSException {
            connection = (ActiveMQConnection) master.clients().createConnection();
            connection.setClientID(name);
            // What was acknowledged is in the store when acknowledge() returns.
            connection.setSendAcksAsync(false);
            connection.start();
            session = connection.createSession(mode == Session.SESSION_TRANSACTED, mode);
            consumer = session.createDurableSubscriber(session.createTopic(TOPIC), "s", selector, false);
        }

        /** The next message; fails where there is none. */
        public Message next() throws JMSException {
            Message message = consumer.receive(5000);
            if (message == null) {
                throw new IllegalStateException("there is no message");
            }
            return message;
        }

        public List<Message> next(int count) throws JMSException {
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

    /** The time of odd messages runs out before a subscriber comes, who acknowledges none. */
    public static final class Expires {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0], "data");
            Path killed;
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                new Subscriber(master, "late", null, Session.CLIENT_ACKNOWLEDGE).close();
                // The last one expires, too.
                send(master, 1, 21, 200);
                Thread.sleep(400);
                new Subscriber(master, "late", null, Session.CLIENT_ACKNOWLEDGE).next(10);
                killed = Replicas.killed(data, Path.of(args[0], "killed"));
            }
            System.out.println(after(killed, "late", null));
            System.exit(0);
        }
    }

    @Test
    void whatLiesBetweenExpiredMessagesComesAfterARestart() throws Exception {
        assertEquals(numbers(2, 20, 2), Jvm.mended().print(Expires.class, directory.resolve("mended")));
        assertEquals("", Jvm.stock().print(Expires.class, directory.resolve("stock")));
    }

    /** Acknowledges one by one, backwards, and comes again in the same process and after a restart. */
    public static final class Backwards {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0], "data");
            Path killed;
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE)) {
                // Its cursor reads the store anew each time that it comes.
                master.broker.setKeepDurableSubsActive(false);
                master.serving();
                Subscriber one = new Subscriber(master, "one", null, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
                send(master, 1, 1000, 0);
                List<Message> messages = one.next(1000);
                for (int number = 1000; number > 3; number--) {
                    if (number != 500) {
                        messages.get(number - 1).acknowledge();
                    }
                }
                one.close();
                Subscriber again = new Subscriber(master, "one", null, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
                System.out.println(again.rest());
                again.close();
                Subscriber all = new Subscriber(master, "one", null, Session.AUTO_ACKNOWLEDGE);
                System.out.println(all.rest());
                killed = Replicas.killed(data, Path.of(args[0], "killed"));
            }
            System.out.println(after(killed, "one", null));
            System.exit(0);
        }
    }

    @Test
    void whatWasAcknowledgedOneByOneDoesNotComeAgainWhileTheMasterLives() throws Exception {
        assertEquals("1 2 3 500\n1 2 3 500", Jvm.mended().print(Backwards.class, directory));
    }

    /** Branches that acknowledge for a subscription, across failovers. */
    public static final class Prepares {
        private static void prepare(ActiveMQXAConnection connection, MessageConsumer[] consumer, String name, int count)
                throws Exception {
            XASession session = connection.createXASession();
            XAResource resource = session.getXAResource();
            resource.start(new Branch(name), XAResource.TMNOFLAGS);
            if (consumer[0] != null) {
                consumer[0].close();
            }
            consumer[0] = session.createDurableSubscriber(session.createTopic(TOPIC), "s", EVEN, false);
            for (int number = 0; number < count; number++) {
                if (consumer[0].receive(5000) == null) {
                    throw new IllegalStateException("no message for " + name);
                }
            }
            resource.end(new Branch(name), XAResource.TMSUCCESS);
            resource.prepare(new Branch(name));
        }

        private static void show(Replicas.Master master) throws Exception {
            try (Subscriber subscriber = new Subscriber(master, "xa", EVEN, Session.CLIENT_ACKNOWLEDGE)) {
                System.out.println(subscriber.rest());
            }
        }

        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                ActiveMQXAConnection connection = master.connectXa("xa");
                MessageConsumer[] consumer = {null};
                new Subscriber(master, "other", null, Session.AUTO_ACKNOWLEDGE).close();
                prepare(connection, consumer, "empty", 0);
                send(master, 1, 20, 0);
                prepare(connection, consumer, "first", 2);
                prepare(connection, consumer, "second", 3);
                Replicas.caughtUp(master, slave);
                slave.stop();
            }
            try (Replicas.Master master = Replicas.master(second, 1, LOG_SIZE).serving()) {
                show(master);
                XAResource resource = master.connectXa("tm").createXASession().getXAResource();
                resource.commit(new Branch("second"), false);
                show(master);
            }
            try (Replicas.Master master = Replicas.master(second, 1, LOG_SIZE).serving()) {
                show(master);
                XAResource resource = master.connectXa("tm").createXASession().getXAResource();
                resource.rollback(new Branch("first"));
                show(master);
            }
            System.exit(0);
        }
    }

    @Test
    void whatABranchHasAcknowledgedIsHiddenUntilItsEnd() throws Exception {
        assertEquals(
                String.join(
                        "\n",
                        numbers(12, 20, 2),
                        numbers(12, 20, 2),
                        // Committed out of the row: the position waits for the first branch.
                        "6 8 10 " + numbers(12, 20, 2),
                        "2 4 6 8 10 " + numbers(12, 20, 2)),
                Jvm.mended().print(Prepares.class, directory));
    }

    /** Whether the log is removed once subscriptions that want nothing, here and away, have let some megabytes pass. */
    public static final class WantsNothing {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0], "data");
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE)) {
                master.broker.setKeepDurableSubsActive(args[1].equals("kept"));
                master.serving();
                new Subscriber(master, "here", "even IS NULL", Session.AUTO_ACKNOWLEDGE);
                new Subscriber(master, "away", "even IS NULL", Session.AUTO_ACKNOWLEDGE).close();
                // Here, acknowledges, and holds the position of none of the others.
                Subscriber row = new Subscriber(master, "row", EVEN, Session.AUTO_ACKNOWLEDGE);
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createTopic(TOPIC));
                for (int number = 1; number <= 300; number++) {
                    TextMessage message = session.createTextMessage("x".repeat(20_000));
                    message.setBooleanProperty("even", number % 2 == 0);
                    producer.send(message);
                    if (number % 2 == 0) {
                        row.next();
                    }
                }
                System.out.println(Replicas.logs(data).size() > 4 && Replicas.collect(master, data, 2));
            }
            System.exit(0);
        }
    }

    @Test
    void aSubscriptionThatWantsNothingKeepsNoLog() throws Exception {
        assertEquals("true", Jvm.mended().print(WantsNothing.class, directory.resolve("kept"), "kept"));
        assertEquals("true", Jvm.mended().print(WantsNothing.class, directory.resolve("away"), "away"));
        // A stock store keeps what nobody wants for a subscription that is away.
        assertEquals("false", Jvm.stock().print(WantsNothing.class, directory.resolve("stock"), "away"));
    }
}
