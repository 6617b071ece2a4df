package dev.mqha.patches.prepared_branches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.mqha.rig.Branch;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import javax.jms.XASession;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.XATransactionId;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparedBranchTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Works with branches of one connection. */
    static final class Branches {
        private final ActiveMQXAConnection connection;

        Branches(Replicas.Master master) throws JMSException {
            connection = master.connectXa();
        }

        /** Takes some messages and sends others in a branch, and prepares it. Its session stays open. */
        void prepare(String name, int taken, String... sent) throws Exception {
            XASession session = connection.createXASession();
            XAResource resource = session.getXAResource();
            resource.start(new Branch(name), XAResource.TMNOFLAGS);
            // No consumer holds what is meant for the next one.
            MessageConsumer consumer = session.createConsumer(session.createQueue("in?consumer.prefetchSize=0"));
            for (int number = 0; number < taken; number++) {
                if (consumer.receive(5000) == null) {
                    throw new IllegalStateException("no message for " + name);
                }
            }
            MessageProducer producer = session.createProducer(session.createQueue("out"));
            for (String text : sent) {
                producer.send(session.createTextMessage(text));
            }
            resource.end(new Branch(name), XAResource.TMSUCCESS);
            resource.prepare(new Branch(name));
        }

        /** The names of the branches that the broker says are prepared. */
        String recovered() throws Exception {
            TreeSet<String> names = new TreeSet<>();
            for (Xid xid : resource().recover(XAResource.TMSTARTRSCAN)) {
                names.add(Branch.of(xid).name());
            }
            return String.join(" ", names);
        }

        void commit(String... names) throws Exception {
            for (String name : names) {
                resource().commit(new Branch(name), false);
            }
        }

        void rollback(String... names) throws Exception {
            for (String name : names) {
                resource().rollback(new Branch(name));
            }
        }

        private XAResource resource() throws JMSException {
            return connection.createXASession().getXAResource();
        }
    }

    static void send(Replicas.Master master, String queue, int count) throws JMSException {
        Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        for (int number = 0; number < count; number++) {
            producer.send(session.createTextMessage(String.valueOf(number)));
        }
    }

    /** What a queue holds, and how many messages its store counts; it is left as it is. */
    static String holds(Replicas.Master master, String queue) throws Exception {
        Session session = master.connect().createSession(true, Session.SESSION_TRANSACTED);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        TreeSet<String> texts = new TreeSet<>();
        for (TextMessage next; (next = (TextMessage) consumer.receive(500)) != null; ) {
            texts.add(next.getText());
        }
        session.rollback();
        session.close();
        ActiveMQQueue name = new ActiveMQQueue(queue);
        int counted = master.broker.getDestination(name).getMessageStore().getMessageCount();
        return String.format("%s %s (%d)", queue, String.join(" ", texts), counted);
    }

    /** Prepares branches of all kinds and leaves a slave that has them, where the second argument says. */
    public static final class Prepares {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            boolean stopped = args[1].equals("stopped");
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                send(master, "in", 8);
                Branches branches = new Branches(master);
                branches.prepare("ack", 2);
                branches.prepare("both", 1, "a");
                branches.prepare("send", 0, "b", "c");
                branches.prepare("undone", 2, "d");
                branches.prepare("waits", 1, "e");
                Replicas.caughtUp(master, slave);
                if (!stopped) {
                    Replicas.killed(second, Path.of(args[0], args[1]));
                }
                slave.stop();
                if (stopped) {
                    // With a snapshot of its index.
                    Replicas.killed(second, Path.of(args[0], args[1]));
                }
            }
            System.exit(0);
        }
    }

    /** Takes over from what was left, and once more. */
    public static final class TakesOver {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0]);
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                Branches branches = new Branches(master);
                System.out.println(branches.recovered());
                System.out.println(holds(master, "in"));
                System.out.println(holds(master, "out"));
                branches.commit("ack", "both", "send");
                branches.rollback("undone");
                System.out.println(holds(master, "in"));
                System.out.println(holds(master, "out"));
            }
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                Branches branches = new Branches(master);
                System.out.println(branches.recovered());
                System.out.println(holds(master, "in"));
                branches.commit("waits");
                System.out.println(holds(master, "in"));
                System.out.println(holds(master, "out"));
                System.out.println(branches.recovered());
            }
            System.exit(0);
        }
    }

    private static final List<String> TAKEN_OVER = List.of(
            "ack both send undone waits",
            "in 6 7 (2)",
            "out  (0)",
            "in 3 4 6 7 (4)",
            "out a b c (3)",
            "waits",
            "in 3 4 6 7 (4)",
            "in 3 4 6 7 (4)",
            "out a b c e (4)",
            "");

    /** @param prepared with which classes the branches are prepared */
    private String takenOver(Jvm prepared, String how) throws Exception {
        Path left = directory.resolve(how);
        prepared.print(Prepares.class, left, how);
        return Jvm.mended().print(TakesOver.class, left.resolve(how));
    }

    @Test
    void aMasterThatTookOverHasTheBranchesThatWerePrepared() throws Exception {
        assertEquals(String.join("\n", TAKEN_OVER).strip(), takenOver(Jvm.mended(), "killed"));
        assertEquals(String.join("\n", TAKEN_OVER).strip(), takenOver(Jvm.mended(), "stopped"));
    }

    @Test
    void aStoreThatNoMasterCouldStartComesUpAgain() throws Exception {
        // The slave's index, kept as a snapshot, has lost what the branches have acknowledged; the log has it.
        Path left = directory.resolve("stock");
        Jvm.stock().print(Prepares.class, left, "stopped");
        Jvm stock = Jvm.stock().option("-Dmqha.rig.limit=8000");
        Path tried = Replicas.killed(left.resolve("stopped"), directory.resolve("tried"));
        assertNotEquals(0, stock.run(TakesOver.class, tried).exitCode());
        assertEquals(
                String.join("\n", TAKEN_OVER).strip(), Jvm.mended().print(TakesOver.class, left.resolve("stopped")));
    }

    /** Is killed between the commit of a branch and its removal; the commit is done again. */
    public static final class CommitsAgain {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path killed = Path.of(args[0], "killed");
            try (Replicas.Master master = Replicas.master(first, 1, LOG_SIZE).serving()) {
                send(master, "in", 8);
                new Branches(master).prepare("ack", 2);
                master.store.commit(
                        new XATransactionId(new Branch("ack")),
                        true,
                        () -> {
                            try {
                                Replicas.killed(first, killed);
                            } catch (IOException failure) {
                                throw new UncheckedIOException(failure);
                            }
                        },
                        null);
            }
            try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving()) {
                Branches branches = new Branches(master);
                System.out.println(branches.recovered());
                branches.commit("ack");
                System.out.println(holds(master, "in"));
            }
            System.exit(0);
        }
    }

    @Test
    void aBranchThatIsCommittedAgainTakesNothingTwice() throws Exception {
        assertEquals("ack\nin 2 3 4 5 6 7 (6)", Jvm.mended().print(CommitsAgain.class, directory));
    }

    /** Prepares a branch that sends, has the log collected behind it, starts again twice, and commits. */
    public static final class IsCollected {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path killed = Path.of(args[0], "killed");
            try (Replicas.Master master = Replicas.master(first, 1, LOG_SIZE).serving()) {
                new Branches(master).prepare("send", 0, "b");
                Replicas.send(master, "numbers", 30, 200_000);
                Replicas.drained(master, "numbers");
                // The file of the branch, and the newest.
                System.out.println(Replicas.collect(master, first, 2));
                Replicas.killed(first, killed);
            }
            try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "numbers", 30, 200_000);
                Replicas.drained(master, "numbers");
                System.out.println(Replicas.collect(master, killed, 2));
            }
            try (Replicas.Master master = Replicas.master(killed, 1, LOG_SIZE).serving()) {
                Branches branches = new Branches(master);
                System.out.println(branches.recovered());
                branches.commit("send");
                System.out.println(holds(master, "out"));
                Replicas.drained(master, "out");
                System.out.println(Replicas.collect(master, killed, 1) + " " + branches.recovered());
            }
            System.exit(0);
        }
    }

    @Test
    void theLogOfABranchStaysUntilItIsCommitted() throws Exception {
        assertEquals("true\ntrue\nsend\nout b (1)\ntrue", Jvm.mended().print(IsCollected.class, directory).strip());
    }

    /** Takes over, ends each branch before anybody has read the queue, and prints what it holds and says, also after one start more. */
    public static final class EndsUnread {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0]);
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                Branches branches = new Branches(master);
                System.out.println(branches.recovered() + ": " + Replicas.depth(master, "in"));
                branches.rollback("undone", "waits", "send");
                branches.commit("ack", "both");
                System.out.println(holds(master, "in") + " " + Replicas.depth(master, "in"));
                System.out.println(holds(master, "ActiveMQ.DLQ"));
            }
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                System.out.println(holds(master, "in") + " " + Replicas.drained(master, "in") + " " + Replicas.settledDepth(master, "in"));
            }
            System.exit(0);
        }
    }

    @Test
    void whatWasRolledBackUnreadIsThereOnceAndCounted() throws Exception {
        Jvm.mended().print(Prepares.class, directory, "killed");
        assertEquals(
                "ack both send undone waits: 2\nin 3 4 5 6 7 (5) 5\nActiveMQ.DLQ  (0)\nin 3 4 5 6 7 (5) 5 0",
                Jvm.mended().print(EndsUnread.class, directory.resolve("killed")));
    }
}
