package dev.mqha.patches.whole_units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Link;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitOfWorkTest {
    private static final long LOG_SIZE = 16 * 1024 * 1024;
    private static final int PART = 100_000;

    @TempDir
    Path directory;

    /**
     * Commits units of work of some sizes, and cuts each after its first frame, its second, and so on, until one is whole. The
     * slave takes over. Each line: size, frames, "whole" or "cut", depth, browsed, drained, and whether the
     * last message is taken for one that is there.
     */
    public static final class CutsUnits {
        public static void main(String[] args) throws Exception {
            for (int size = 1; size < args.length; size++) {
                int messages = Integer.parseInt(args[size]) / PART;
                boolean whole = false;
                for (int frames = 1; !whole; frames++) {
                    whole = cut(Path.of(args[0], messages + "-" + frames), messages, frames);
                }
            }
            System.exit(0);
        }

        private static boolean cut(Path directory, int messages, int frames) throws Exception {
            Path first = directory.resolve("first");
            Path second = directory.resolve("second");
            Replicas.Master master = Replicas.master(first, 2, LOG_SIZE);
            Link link = new Link(master.store.getPort());
            link.download();
            SlaveLevelDBStore slave = Replicas.slave(link.port(), second, LOG_SIZE);
            master.serving();
            Replicas.send(master, "units", 5, 100);
            Replicas.caughtUp(master, slave);
            link.rule((number, file, offset, length) -> number > frames ? 0 : length);
            MessageId[] last = new MessageId[1];
            Thread client = new Thread(() -> last[0] = commit(master, messages));
            client.setDaemon(true);
            client.start();
            Replicas.eventually("cut or whole", () -> link.isHolding() || !client.isAlive());
            boolean whole = !client.isAlive();
            Thread.sleep(200);
            Replicas.written(slave);
            slave.stop();
            link.close();
            client.interrupt();
            try (Replicas.Master next = Replicas.master(second, 1, LOG_SIZE).serving()) {
                long depth = Replicas.depth(next, "units");
                int browsed = Replicas.browsed(next, "units");
                int drained = Replicas.drained(next, "units");
                boolean known = next.store.getLastProducerSequenceId(sent.getProducerId()) >= sent.getProducerSequenceId();
                System.out.println(messages + " " + frames + " " + (whole ? "whole" : "cut") + " " + depth + " " + browsed
                        + " " + drained + " " + known);
            }
            return whole;
        }

        private static volatile MessageId sent;

        /** Takes two of five messages and sends some, in one unit of work. */
        private static MessageId commit(Replicas.Master master, int messages) {
            try {
                Session session = master.connect().createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue("units"));
                consumer.receive(5000);
                consumer.receive(5000);
                MessageProducer producer = session.createProducer(session.createQueue("units"));
                for (int number = 0; number < messages; number++) {
                    ActiveMQMessage message = (ActiveMQMessage) Replicas.body(session, PART);
                    producer.send(message);
                    if (number == 0) {
                        sent = message.getMessageId();
                    }
                }
                session.commit();
                return sent;
            } catch (Exception closed) {
                return null;
            }
        }
    }

    @Test
    void aUnitThatTheMastersDeathCutsLeavesNothingAtTheSlave() throws Exception {
        String stock = Jvm.stock().print(CutsUnits.class, directory.resolve("stock"), 600_000);
        assertTrue(stock.lines().anyMatch(line -> line.contains(" cut ") && !line.endsWith(" cut 5 5 5 false")), stock);
        String mended = Jvm.mended().print(CutsUnits.class, directory.resolve("mended"), 600_000, 1_200_000, 3_000_000);
        int whole = 0;
        for (String line : mended.lines().toList()) {
            int messages = Integer.parseInt(line.split(" ")[0]);
            if (line.contains(" whole ")) {
                whole++;
                int left = 3 + messages;
                assertTrue(line.endsWith(" whole " + left + " " + left + " " + left + " true"), mended);
            } else {
                assertTrue(line.endsWith(" cut 5 5 5 false"), mended);
            }
        }
        assertEquals(3, whole, mended);
        // A master merges frames that it has not sent yet, so how often a unit is cut differs.
        assertTrue(mended.lines().filter(line -> line.contains(" cut ")).count() >= 3, mended);
    }
}
