package dev.mqha.patches.slave_log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Link;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the replicated store does where nothing fails: what the mended classes must leave as it is. */
class ReplicationTest {
    /** So small that a few messages of 64 kB begin another file. */
    private static final long LOG_SIZE = 200 * 1024;

    private static final int PART = 64 * 1024;

    @TempDir
    Path directory;

    /** Prints what a master of a quorum of two does without a slave, with one, after it has left, and when it is back. */
    public static final class WaitsForASlave {
        public static void main(String[] args) throws Exception {
            Path second = Path.of(args[0], "second");
            List<String> seen = new ArrayList<>();
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE);
            Thread.sleep(1000);
            seen.add("alone " + master.broker.isStarted());
            SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
            master.serving();
            Replicas.send(master, "numbers", 1, 100);
            slave.stop();
            Replicas.eventually("the slave has left", () -> master.store.slaves().isEmpty());
            Thread sending = new Thread(() -> {
                try {
                    Replicas.send(master, "numbers", 1, 100);
                } catch (JMSException failure) {
                    failure.printStackTrace();
                }
            });
            sending.start();
            sending.join(1000);
            seen.add("left " + !sending.isAlive());
            slave = Replicas.slave(master, second, LOG_SIZE);
            sending.join(30_000);
            seen.add("back " + !sending.isAlive());
            System.out.println(String.join(", ", seen));
            System.exit(0);
        }
    }

    @Test
    void aMasterAnswersWithItsQuorumOnly() throws Exception {
        assertEquals(
                "alone false, left false, back true",
                Jvm.mended().print(WaitsForASlave.class, directory));
    }

    /** Stops a master that waits for its slaves, and says whether its port is free then. */
    public static final class StopsWhileItWaits {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 2, LOG_SIZE);
            Replicas.eventually("it listens", () -> {
                try {
                    return master.store.getPort() > 0;
                } catch (RuntimeException early) {
                    return false;
                }
            });
            int port = master.store.getPort();
            Thread.sleep(300);
            master.store.stop();
            Replicas.eventually("its port is free", () -> {
                try (ServerSocket socket = new ServerSocket(port)) {
                    return socket.isBound();
                } catch (IOException taken) {
                    return false;
                }
            });
            System.out.println("free");
            System.exit(0);
        }
    }

    @Test
    void aMasterThatIsStoppedWhileItWaitsGivesItsPortBack() throws Exception {
        assertEquals("free", Jvm.mended().print(StopsWhileItWaits.class, directory));
    }

    /**
     * Lets three nodes be master in turn. In each round one slave attaches in the middle, and the other leaves. Prints
     * how many messages were there, and in order, at each beginning.
     */
    public static final class TakeTurns {
        private static final int EACH = 20;

        public static void main(String[] args) throws Exception {
            List<Path> nodes = new ArrayList<>(Stream.of("first", "second", "third")
                    .map(name -> Path.of(args[0], name))
                    .toList());
            List<Integer> there = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                Replicas.Master master = Replicas.master(nodes.get(0), 2, LOG_SIZE);
                SlaveLevelDBStore leaving = Replicas.slave(master, nodes.get(2), LOG_SIZE);
                master.serving();
                there.add(inOrder(master));
                send(master, round * EACH, EACH / 2);
                SlaveLevelDBStore staying = Replicas.slave(master, nodes.get(1), LOG_SIZE);
                Replicas.eventually("it is known", () -> master.store.slaves().size() == 2);
                leaving.stop();
                send(master, round * EACH + EACH / 2, EACH / 2);
                Replicas.caughtUp(master, staying);
                master.close();
                staying.stop();
                nodes.add(nodes.remove(0));
            }
            System.out.println(there);
            System.exit(0);
        }

        private static void send(Replicas.Master master, int first, int count) throws JMSException {
            Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue("numbers"));
            for (int number = first; number < first + count; number++) {
                BytesMessage message = Replicas.body(session, PART);
                message.setIntProperty("number", number);
                producer.send(message);
            }
            session.close();
        }

        /** How many messages there are, counted from 0 without a gap; they stay. */
        private static int inOrder(Replicas.Master master) throws JMSException {
            Session session = master.connect().createSession(true, Session.SESSION_TRANSACTED);
            MessageConsumer consumer = session.createConsumer(session.createQueue("numbers"));
            int next = 0;
            for (Message message; (message = consumer.receive(1000)) != null; next++) {
                assertEquals(next, message.getIntProperty("number"));
            }
            session.rollback();
            session.close();
            return next;
        }
    }

    @Test
    void nodesThatAreMasterInTurnHaveEverythingInOrder() throws Exception {
        assertEquals("[0, 20, 40, 60, 80]", Jvm.mended().print(TakeTurns.class, directory));
    }

    /** Sends to a master with a slave that keeps up and one that does not, and stops the former. Prints what the latter has. */
    public static final class WaitsForASlowSlave {
        public static void main(String[] args) throws Exception {
            Path slow = Path.of(args[0], "slow");
            try (Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE)) {
                Link link = new Link(master.store.getPort());
                link.download();
                link.rule((number, file, offset, length) -> {
                    sleep(100);
                    return length;
                });
                SlaveLevelDBStore behind = Replicas.slave(link.port(), slow, LOG_SIZE);
                SlaveLevelDBStore near = Replicas.slave(master, Path.of(args[0], "near"), LOG_SIZE);
                master.serving();
                Replicas.eventually("both are known", () -> master.store.slaves().size() == 2);
                Replicas.send(master, "numbers", 8, PART);
                near.stop();
                Replicas.send(master, "numbers", 2, PART);
                Replicas.written(behind);
                // Its copy is what a kill of everything would leave.
                Replicas.killed(slow, Path.of(args[0], "killed"));
                behind.stop();
                link.close();
            }
            try (Replicas.Master master =
                    Replicas.master(Path.of(args[0], "killed"), 1, LOG_SIZE).serving()) {
                System.out.println(Replicas.drained(master, "numbers"));
            }
            System.exit(0);
        }

        private static void sleep(int ms) {
            try {
                Thread.sleep(ms);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void aSlowSlaveIsWaitedForWhenNoOtherIsThere() throws Exception {
        assertEquals("10", Jvm.mended().print(WaitsForASlowSlave.class, directory));
    }
}
