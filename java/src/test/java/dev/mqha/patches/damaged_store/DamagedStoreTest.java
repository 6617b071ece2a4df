package dev.mqha.patches.damaged_store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.watched_log.LogList;
import dev.mqha.rig.Fills;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a store that are gone, cut or changed: nobody else's are given up for it, and nothing is served without them. */
class DamagedStoreTest {
    private static final long LOG_SIZE = 256 * 1024;
    private static final int COUNT = 40;
    /** Six to a file of the log. */
    private static final int BYTES = 50_000;

    @TempDir
    Path directory;

    @TempDir
    static Path FILLED;

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Prints how many messages a store has. */
    public static final class Counts {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving();
            Session session = master.connect().createSession(false, Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue("numbers"));
            int taken = 0;
            try {
                while (consumer.receive(1000) != null) {
                    taken++;
                }
            } catch (JMSException brokerEnds) {
                // A stock broker stops when it comes to what is damaged.
            }
            System.out.println(taken);
            System.out.flush();
            // The store as it is stays so: a stock broker that finds damage cannot be stopped.
            Runtime.getRuntime().halt(0);
        }
    }

    /** A master with a slave whose files are removed while it serves. */
    public static final class Loses {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Replicas.Master master = Replicas.master(first, 2, LOG_SIZE);
            Replicas.slave(master, Path.of(args[0], "second"), LOG_SIZE);
            Replicas.send(master.serving(), "numbers", COUNT, 100);
            delete(first);
            // Something makes the directory anew: the store's own snapshot, or whoever mounts the new disk.
            Files.createDirectories(first);
            Thread sender = new Thread(() -> {
                try {
                    Replicas.send(master, "numbers", 5, 100);
                } catch (Exception ended) {
                    System.err.println(ended);
                }
            });
            sender.start();
            sender.join(5000);
            Thread.sleep(2000);
            Runtime.getRuntime().halt(0);
        }
    }

    /** A master that goes on alone, with what no slave ever has and nobody is told of, until it is killed. */
    public static final class GoesOn {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[0], "second"), LOG_SIZE);
            Replicas.send(master.serving(), "numbers", COUNT, 100);
            Replicas.caughtUp(master, slave);
            // Time for a look at the files, which notes how far the slave is.
            Thread.sleep(2500);
            slave.stop();
            Thread sender = new Thread(() -> {
                try {
                    Replicas.send(master, "numbers", 1, 100);
                } catch (Exception ended) {
                    System.err.println(ended);
                }
            });
            sender.setDaemon(true);
            sender.start();
            sender.join(2000);
            Runtime.getRuntime().halt(sender.isAlive() ? 0 : 1);
        }
    }

    /** A master whose log is cut while it serves; what it writes next gives the file its length again. */
    public static final class Shrinks {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Replicas.Master master = Replicas.master(first, 1, LOG_SIZE);
            Replicas.send(master.serving(), "numbers", COUNT, 100);
            Thread.sleep(1500);
            try (RandomAccessFile log = new RandomAccessFile(Replicas.logs(first).get(0).toFile(), "rw")) {
                log.setLength(10);
            }
            Replicas.send(master, "numbers", 5, 100);
            Thread.sleep(3000);
            System.exit(0);
        }
    }

    /** Opens a log as a broker does before it takes part in an election. */
    public static final class Opens {
        public static void main(String[] args) {
            RecordLog log = new RecordLog(Path.of(args[0]).toFile(), ".log");
            log.open(-1);
            log.close();
        }
    }

    /** A slave that attaches to a master. */
    public static final class Attaches {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[1]), LOG_SIZE);
            master.serving();
            Replicas.caughtUp(master, slave);
            slave.stop();
            System.exit(0);
        }
    }

    private String count(Jvm jvm, Path store) throws Exception {
        return jvm.print(Counts.class, store);
    }

    /** A directory with two equal stores, `first` and `second`. */
    private Path filled(String name, int bytes) throws Exception {
        Path model = FILLED.resolve(String.valueOf(bytes));
        if (!Files.exists(model)) {
            Jvm.mended().print(Fills.class, model, LOG_SIZE, COUNT, bytes);
        }
        return Replicas.killed(model, directory.resolve(name));
    }

    private static void assertEnds(End reason, Jvm.Ended ended) {
        assertEquals(reason.exitCode(), ended.exitCode(), ended.err());
    }

    @Test
    void aMasterWhoseFilesAreRemovedEnds() throws Exception {
        Path stock = directory.resolve("stock");
        assertEquals(0, Jvm.stock().run(Loses.class, stock).exitCode());
        assertTrue(Integer.parseInt(count(Jvm.stock(), stock.resolve("second"))) < COUNT);

        Path mended = directory.resolve("mended");
        assertEnds(End.LOG_LOST, Jvm.mended().run(Loses.class, mended));
        int kept = Integer.parseInt(count(Jvm.mended(), mended.resolve("second")));
        assertTrue(kept >= COUNT, kept + " messages");
    }

    @Test
    void aMasterWhoseLogIsCutEnds() throws Exception {
        assertEquals(0, Jvm.stock().run(Shrinks.class, directory.resolve("stock")).exitCode());
        assertEnds(End.LOG_LOST, Jvm.mended().run(Shrinks.class, directory.resolve("mended")));
    }

    @Test
    void anEmptyMasterEmptiesNoSlave() throws Exception {
        Path stock = filled("stock", 100);
        Jvm.stock().print(Attaches.class, stock.resolve("empty"), stock.resolve("second"));
        assertEquals("0", count(Jvm.stock(), stock.resolve("second")));

        Path mended = filled("mended", 100);
        for (String node : List.of("first", "second")) {
            String list = Files.readString(mended.resolve(node).resolve(LogList.FILE));
            Jvm.Ended ended = Jvm.mended().run(Attaches.class, mended.resolve("empty " + node), mended.resolve(node));
            assertEquals(End.MASTER_BEHIND.exitCode(), ended.exitCode(), list + ended.err());
            assertEquals("" + COUNT, count(Jvm.mended(), mended.resolve(node)));
        }
    }

    @Test
    void aFormerMasterGivesUpWhatNobodyWasToldOf() throws Exception {
        Path made = directory.resolve("made");
        Jvm.mended().print(GoesOn.class, made);
        Jvm.mended().print(Attaches.class, made.resolve("second"), made.resolve("first"));
        assertEquals("" + COUNT, count(Jvm.mended(), made.resolve("first")));
    }

    @Test
    void aLogFileThatIsGoneIsMissed() throws Exception {
        Path stock = filled("stock", BYTES);
        Files.delete(Replicas.logs(stock.resolve("first")).get(1));
        assertTrue(Integer.parseInt(count(Jvm.stock(), stock.resolve("first"))) < COUNT);

        Path mended = filled("mended", BYTES);
        Files.delete(Replicas.logs(mended.resolve("first")).get(1));
        assertEnds(End.STORE_DAMAGED, Jvm.mended().run(Counts.class, mended.resolve("first")));
        // Also where nothing was noted: the index refers to it.
        Files.delete(mended.resolve("first").resolve(LogList.FILE));
        assertEnds(End.STORE_DAMAGED, Jvm.mended().run(Counts.class, mended.resolve("first")));
        assertEquals("" + COUNT, count(Jvm.mended(), mended.resolve("second")));
    }

    @Test
    void aDamagedRecordIsNotTakenForTheEnd() throws Exception {
        for (boolean isMended : new boolean[] {false, true}) {
            Path made = filled("mended " + isMended, 100);
            Path log = Replicas.logs(made.resolve("first")).get(0);
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                file.seek(4000);
                file.write(~file.read());
            }
            if (isMended) {
                Jvm.Ended ended = Jvm.mended().run(Counts.class, made.resolve("first"));
                assertEnds(End.STORE_DAMAGED, ended);
                assertTrue(ended.err().contains(log.getFileName().toString()), ended.err());
                assertTrue(Files.size(log) > 4000);
                // As a person may want it: what is before the damage is there.
                Jvm.mended().option("-D" + Recovery.CUT + "=true").print(Opens.class, made.resolve("first"));
                int left = Integer.parseInt(count(Jvm.mended(), made.resolve("first")));
                assertTrue(left > 0 && left < COUNT, left + " messages");
            } else {
                Jvm.stock().print(Counts.class, made.resolve("first"));
            }
            assertTrue(Files.size(log) < 4000);
        }
    }

    @Test
    void anIndexThatCannotBeReadIsNotTakenForAnEmptyOne() throws Exception {
        for (boolean isMended : new boolean[] {false, true}) {
            Path made = filled("mended " + isMended, 100);
            Path index;
            try (Stream<Path> files = Files.list(made.resolve("first"))) {
                index = files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}\\.index"))
                        .findFirst()
                        .orElseThrow();
            }
            delete(index);
            Files.createDirectory(index);
            if (isMended) {
                assertEnds(End.STORE_DAMAGED, Jvm.mended().run(Counts.class, made.resolve("first")));
            } else {
                assertEquals("0", count(Jvm.stock(), made.resolve("first")));
            }
        }
    }
}
