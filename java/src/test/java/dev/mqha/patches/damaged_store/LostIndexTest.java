package dev.mqha.patches.damaged_store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostIndexTest {
    private static final long LOG_SIZE = 200 * 1024;
    private static final int PART = 64 * 1024;

    @TempDir
    Path directory;

    /** Takes 25 of 30 messages, so that the log's first files go, and prints how many files are left. */
    public static final class Collects {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0]);
            try (Replicas.Master master = Replicas.master(data, 1, LOG_SIZE).serving()) {
                // The queue has another number than the first one that a new store gives.
                Replicas.send(master, "other", 1, 100);
                Replicas.drained(master, "other");
                Replicas.send(master, "numbers", 30, PART);
                Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue("numbers"));
                for (int taken = 0; taken < 25; taken++) {
                    consumer.receive(5000);
                }
                session.close();
                Replicas.collect(master, data, 4);
            }
            System.out.println(Replicas.logs(data).get(0).getFileName());
            System.exit(0);
        }
    }

    /** Starts a master, and prints the depth of the queue and what was drained. */
    public static final class Drains {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving()) {
                System.out.println(Replicas.depth(master, "numbers") + " " + Replicas.drained(master, "numbers"));
            }
            System.exit(0);
        }
    }

    @Test
    void anIndexIsNotMadeAnewFromALogThatDoesNotNameTheQueues() throws Exception {
        Path stock = collected("stock");
        for (Path index : indexes(stock)) {
            remove(index);
        }
        assertEquals("0 0", Jvm.stock().print(Drains.class, stock));

        Path mended = collected("mended");
        for (Path index : indexes(mended)) {
            remove(index);
        }
        Path log = Files.createDirectories(directory.resolve("log"));
        Jvm.Ended ended = Jvm.mended().option("-D" + Fatal.LOG_DIRECTORY + "=" + log).run(Drains.class, mended);
        assertEquals(End.STORE_DAMAGED.exitCode(), ended.exitCode(), ended.out() + ended.err());
        String record = Files.readString(log.resolve(Fatal.RECORD));
        assertTrue(record.contains("does not name the queue"), record);
    }

    @Test
    void anIndexThatWasPutAsideByACutNamesTheQueues() throws Exception {
        Path data = collected("cut");
        for (Path index : indexes(data)) {
            Files.move(index, index.resolveSibling(index.getFileName() + ".cut"));
        }
        assertEquals("5 5", Jvm.mended().option("-D" + Recovery.CUT + "=true").print(Drains.class, data));
        // From now on it starts without that word.
        assertEquals("0 0", Jvm.mended().print(Drains.class, data));
    }

    private Path collected(String name) throws Exception {
        Path data = directory.resolve(name);
        assertTrue(!Jvm.mended().print(Collects.class, data).startsWith("0000000000000000"));
        return data;
    }

    private static List<Path> indexes(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.toString().endsWith(".index")).toList();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
