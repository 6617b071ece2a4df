package dev.mqha.patches.slave_log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Link;
import dev.mqha.rig.Replicas;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slave that comes back and has its master's newest file already: it need not download that, and must not lose what follows. */
class ReusedFileTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Sends while a slave is between its two connections; prints whether its log is its master's. */
    public static final class ComesBack {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            Replicas.Master master = Replicas.master(first, 1, LOG_SIZE).serving();
            Replicas.send(master, "numbers", 5, 10_000);
            SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
            Replicas.caughtUp(master, slave);
            slave.stop();
            Replicas.eventually("the slave has left", () -> master.store.slaves().isEmpty());
            try (Link link = new Link(master.store.getPort())) {
                SlaveLevelDBStore back = Replicas.slave(link.port(), second, LOG_SIZE);
                Replicas.eventually("it is known", () -> master.store.slaves().size() == 1);
                Replicas.send(master, "numbers", 3, 10_000);
                Replicas.eventually(
                        "it has received them",
                        () -> back.wal_append_position() == master.store.wal_append_position());
                link.download();
                Replicas.caughtUp(master, back);
                int length = (int) back.wal_append_position();
                boolean isSame = Arrays.equals(head(first, length), head(second, length));
                System.out.println(isSame ? "the same" : "another");
                Runtime.getRuntime().halt(0);
            }
        }

        private static byte[] head(Path store, int length) throws Exception {
            byte[] bytes = new byte[length];
            try (RandomAccessFile file = new RandomAccessFile(store.resolve("0000000000000000.log").toFile(), "r")) {
                // What is missing at its end is zeros.
                file.readFully(bytes, 0, (int) Math.min(length, file.length()));
            }
            return bytes;
        }
    }

    @Test
    void itKeepsWhatArrivesBeforeTheDownloadBegins() throws Exception {
        assertEquals("another", Jvm.stock().print(ComesBack.class, directory.resolve("stock")));
        assertEquals("the same", Jvm.mended().print(ComesBack.class, directory.resolve("mended")));
    }
}
