package dev.mqha.patches.damaged_messages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.damaged_store.Recovery;
import dev.mqha.rig.Fills;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A byte that the disk has changed in a file that is finished: what it belongs to is not delivered, and not handed on. */
public class ChangedByteTest {
    private static final long LOG_SIZE = 256 * 1024;
    private static final int COUNT = 40;

    /** Six to a file of the log. */
    private static final int BYTES = 50_000;

    private static final long OFFSET = 30_000;

    @TempDir
    Path directory;

    /** Prints how many messages a store has, and how many of them are as they were sent. */
    public static final class Reads {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving();
            Session session = master.connect().createSession(false, Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue("numbers"));
            int taken = 0;
            int whole = 0;
            try {
                for (Message next; (next = consumer.receive(1000)) != null; taken++) {
                    BytesMessage message = (BytesMessage) next;
                    byte[] body = new byte[(int) message.getBodyLength()];
                    message.readBytes(body);
                    whole += Arrays.equals(body, new byte[body.length]) ? 1 : 0;
                }
            } catch (JMSException brokerEnds) {
                // As it may.
            }
            System.err.println(taken + " taken, " + whole + " whole");
            System.out.print("\n" + taken + " " + whole);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }
    }

    /** A slave that attaches to a master. */
    public static final class Attaches {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[1]), LOG_SIZE);
            Replicas.caughtUp(master.serving(), slave);
            System.exit(0);
        }
    }

    private Path filled(String name) throws Exception {
        Path made = directory.resolve(name);
        Jvm.mended().print(Fills.class, made, LOG_SIZE, COUNT, BYTES);
        return made;
    }

    private static Path changed(Path file, long offset) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int before = bytes.read();
            bytes.seek(offset);
            bytes.write(before ^ 1);
        }
        return file;
    }

    private static String last(String lines) {
        return lines.substring(lines.lastIndexOf('\n') + 1);
    }

    private static void assertDamaged(Jvm.Ended ended, String what) {
        assertEquals(End.STORE_DAMAGED.exitCode(), ended.exitCode(), ended.err());
        assertTrue(ended.err().contains(what), ended.err());
    }

    @Test
    void aMessageThatWasChangedIsNotDelivered() throws Exception {
        Path made = filled("made");
        Path log = changed(Replicas.logs(made.resolve("first")).get(1), OFFSET);
        Path stock = Replicas.killed(made.resolve("first"), directory.resolve("stock"));
        assertEquals(COUNT + " " + (COUNT - 1), last(Jvm.stock().print(Reads.class, stock)));
        assertDamaged(
                Jvm.mended().run(Reads.class, made.resolve("first")), " of " + log.getFileName() + " is damaged: checksum");
        // As a person may want it.
        Jvm leavesOut = Jvm.mended().option("-D" + Recovery.CUT + "=true");
        assertEquals((COUNT - 1) + " " + (COUNT - 1), last(leavesOut.print(Reads.class, made.resolve("first"))));
        assertEquals(COUNT + " " + COUNT, last(Jvm.mended().print(Reads.class, made.resolve("second"))));
    }

    @Test
    void aFileThatWasChangedIsNotHandedOn() throws Exception {
        for (boolean isMended : new boolean[] {false, true}) {
            Path made = filled("mended " + isMended);
            byte[] damaged = Files.readAllBytes(changed(Replicas.logs(made.resolve("first")).get(1), OFFSET));
            Path own = Replicas.logs(made.resolve("second")).get(1);
            if (isMended) {
                assertDamaged(
                        Jvm.mended().run(Attaches.class, made.resolve("first"), made.resolve("second")),
                        own.getFileName() + " is damaged at offset");
                Path stash = made.resolve("second").resolve("stash").resolve(own.getFileName());
                assertFalse(Arrays.equals(damaged, Files.readAllBytes(Files.exists(own) ? own : stash)));
            } else {
                Jvm.stock().print(Attaches.class, made.resolve("first"), made.resolve("second"));
                assertArrayEquals(damaged, Files.readAllBytes(own));
            }
        }
    }
}
