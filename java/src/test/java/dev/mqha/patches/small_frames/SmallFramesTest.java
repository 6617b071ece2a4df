package dev.mqha.patches.small_frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Queue;
import javax.jms.Session;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFramesTest {
    private static final ActiveMQQueue QUEUE = new ActiveMQQueue("numbers");

    @TempDir
    Path directory;

    /** Reads messages, waits a second after the queue is empty, and prints how many come again from the slave. */
    public static final class ComesAgain {
        private static final int MESSAGES = 2000;
        private static final long LOG_SIZE = 10 * 1024 * 1024;

        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            Path copy = Path.of(args[0], "killed");
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Session transacted = master.connect().createSession(true, Session.SESSION_TRANSACTED);
                MessageProducer producer = transacted.createProducer(QUEUE);
                for (int number = 0; number < MESSAGES; number++) {
                    producer.send(transacted.createTextMessage(String.valueOf(number)));
                }
                transacted.commit();
                Replicas.caughtUp(master, slave);
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(QUEUE);
                for (int number = 0; number < MESSAGES; number++) {
                    consumer.receive(10_000);
                }
                consumer.close();
                Replicas.eventually("the queue is empty", () ->
                        master.store.createQueueMessageStore(QUEUE).getMessageCount() == 0);
                Thread.sleep(1000);
                Replicas.killed(second, copy);
            }
            System.out.println(taken(copy, LOG_SIZE));
            System.exit(0);
        }
    }

    /** Sends messages of many sizes over the ends of files, compares the logs, and prints how many a takeover lacks. */
    public static final class OfAllSizes {
        private static final long LOG_SIZE = 2 * 1024 * 1024;
        private static final int[] SIZES = {10, 500, 30_000, 60_000, 400_000, 1_500_000};

        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            int sent = 0;
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Session session = master.connect().createSession(true, Session.SESSION_TRANSACTED);
                MessageProducer producer = session.createProducer(QUEUE);
                for (int round = 0; round < 12; round++) {
                    for (int size : SIZES) {
                        BytesMessage message = session.createBytesMessage();
                        message.writeBytes(new byte[size]);
                        producer.send(message);
                        sent++;
                        if ((round + size) % 3 != 0) {
                            session.commit();
                        }
                    }
                }
                session.commit();
                Replicas.caughtUp(master, slave);
                for (Path log : Replicas.logs(first)) {
                    same(log, second.resolve(log.getFileName()), master.store.wal_append_position());
                }
                slave.stop();
            }
            System.out.println(sent - taken(second, LOG_SIZE));
            System.exit(0);
        }

        private static void same(Path log, Path copy, long end) throws IOException {
            long begin = Long.parseLong(log.getFileName().toString().substring(0, 16), 16);
            int length = (int) Math.min(Files.size(log), end - begin);
            // A slave has no newest file before its first piece.
            if (length > 0 && !read(log, length).equals(read(copy, length))) {
                throw new IllegalStateException(copy + " differs from " + log);
            }
        }

        private static ByteBuffer read(Path file, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            try (FileChannel channel = FileChannel.open(file)) {
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            }
            return bytes.flip();
        }
    }

    /** Takes all messages from a store, and returns how many there were. */
    static int taken(Path store, long logSize) throws Exception {
        try (Replicas.Master master = Replicas.master(store, 1, logSize).serving()) {
            Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
            return taken(session, session.createQueue(QUEUE.getQueueName()));
        }
    }

    private static int taken(Session session, Queue queue) throws JMSException {
        MessageConsumer consumer = session.createConsumer(queue);
        int taken = 0;
        while (consumer.receive(1000) != null) {
            taken++;
        }
        return taken;
    }

    @Test
    void littleOfWhatWasReadASecondBeforeAKillComesAgain() throws Exception {
        // None, unless the disk of a busy machine takes a second for one write.
        int some = ComesAgain.MESSAGES / 10;
        int mended = Integer.parseInt(Jvm.mended().print(ComesAgain.class, directory.resolve("mended")));
        assertTrue(mended < some, mended + " came again");
        int stock = Integer.parseInt(Jvm.stock().print(ComesAgain.class, directory.resolve("stock")));
        assumeTrue(stock > some, "the disk is so fast that stock classes keep up as well: " + stock);
    }

    @Test
    void theLogOfASlaveIsThatOfItsMaster() throws Exception {
        assertEquals("0", Jvm.mended().print(OfAllSizes.class, directory));
    }
}
