package dev.mqha.patches.slave_log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.damaged_messages.ChangedByteTest;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slave whose files vanish while it is attached: it says of nothing that it has it, and ends. */
class SlaveFilesTest {
    private static final long LOG_SIZE = 256 * 1024;

    @TempDir
    Path directory;

    /** Removes files of a slave, named by a pattern, and sends what only the slave can acknowledge; prints when it has. */
    public static final class Loses {
        public static void main(String[] args) throws Exception {
            Path second = Path.of(args[0], "second");
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
            Replicas.send(master.serving(), "numbers", 20, 50_000);
            Replicas.caughtUp(master, slave);
            Replicas.written(slave);
            Thread sender = new Thread(() -> {
                try {
                    Replicas.send(master, "numbers", Integer.parseInt(args[2]), 50_000);
                    System.out.println("acknowledged");
                } catch (Exception ended) {
                    System.err.println(ended);
                }
            });
            try (Stream<Path> files = Files.walk(second)) {
                List<Path> gone = files.sorted(java.util.Comparator.reverseOrder())
                        .filter(file -> second.relativize(file).toString().matches(args[1]))
                        .toList();
                for (Path file : gone) {
                    Files.delete(file);
                }
            }
            sender.start();
            sender.join(5000);
            Thread.sleep(2500);
            Runtime.getRuntime().halt(0);
        }
    }

    private static void assertLost(Jvm.Ended ended) {
        assertEquals(End.LOG_LOST.exitCode(), ended.exitCode(), ended.err());
    }

    @Test
    void itAcknowledgesNothingWithoutItsNewestFile() throws Exception {
        String newest = "0{8}[0-9a-f]{8}\\.log";
        Jvm.Ended stock = Jvm.stock().run(Loses.class, directory.resolve("stock"), newest, "1");
        assertTrue(stock.out().contains("acknowledged"), stock.err());
        Jvm.Ended mended = Jvm.mended().run(Loses.class, directory.resolve("mended"), newest, "1");
        assertLost(mended);
        assertFalse(mended.out().contains("acknowledged"));
    }

    @Test
    void itEndsWithoutAnOlderFile() throws Exception {
        assertLost(Jvm.mended().run(Loses.class, directory.resolve("older"), "0{16}\\.log", "1"));
    }

    @Test
    void itEndsWithoutItsDirectory() throws Exception {
        Jvm.Ended ended = Jvm.mended().run(Loses.class, directory.resolve("all"), ".*", "1");
        assertLost(ended);
        assertFalse(ended.out().contains("acknowledged"));
    }

    /** LevelDB has its files open and goes on; a copy that has lost its index serves wholly or not at all. */
    @Test
    void withoutItsIndexItIsNoStore() throws Exception {
        Path made = directory.resolve("index");
        Jvm.mended().run(Loses.class, made, "[0-9a-z]*\\.index.*", "20");
        Jvm.Ended read = Jvm.mended().run(ChangedByteTest.Reads.class, made.resolve("second"));
        int whole = Integer.parseInt("0" + read.out().substring(read.out().lastIndexOf(' ') + 1));
        assertTrue(read.exitCode() == End.STORE_DAMAGED.exitCode() || whole == 40, read.out() + read.err());
    }
}
