package dev.mqha.patches.long_file_list;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.jms.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncAnswerTest {
    private static final int FILES = 3000;

    @TempDir
    Path directory;

    /** Attaches a slave to a master whose index has thousands of files, and prints whether it could. */
    public static final class ManyFiles {
        private static final long LOG_SIZE = 1024 * 1024;

        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            try (Replicas.Master alone = Replicas.master(first, 1, LOG_SIZE).serving()) {
                Session session = alone.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
                session.createProducer(session.createQueue("files")).send(session.createMessage());
            }
            // Logs and files of the index stand in one list; the index can have many at once.
            Path index = indexOf(first);
            for (int number = 0; number < FILES; number++) {
                Files.write(index.resolve(String.format("%06d.of-the-index", number)), new byte[1]);
            }
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                var slave = Replicas.slave(master, second, LOG_SIZE);
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[1]));
                while (!slave.caughtUp() && System.nanoTime() < end) {
                    Thread.sleep(20);
                }
                System.out.println(slave.caughtUp() ? "attached" : "not attached");
                // A master that waits for its slave does not stop.
                System.exit(0);
            }
        }

        private static Path indexOf(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}\\.index"))
                        .findFirst()
                        .orElseThrow();
            }
        }
    }

    /** Says how many bytes of one frame a master takes from a stranger before it hangs up. */
    public static final class LongFrame {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 2, 1024 * 1024);
                    Socket socket = new Socket("127.0.0.1", master.store.getPort())) {
                byte[] some = new byte[16 * 1024];
                Arrays.fill(some, (byte) 'x');
                int sent = 0;
                try {
                    OutputStream out = socket.getOutputStream();
                    out.write("sync\n".getBytes(StandardCharsets.US_ASCII));
                    for (; sent < 64 * 1024 * 1024; sent += some.length) {
                        out.write(some);
                        // Until then the sockets' buffers could take it all.
                        Thread.sleep(1);
                    }
                    InputStream in = socket.getInputStream();
                    in.read();
                } catch (IOException hungUp) {
                    System.out.println(sent < 32 * 1024 * 1024 ? "bounded" : "unbounded");
                    System.exit(0);
                }
                System.out.println("unbounded");
                System.exit(0);
            }
        }
    }

    @Test
    void aSlaveAttachesToAMasterWithThousandsOfFiles() throws Exception {
        assertEquals("attached", Jvm.mended().print(ManyFiles.class, directory.resolve("mended"), 60));
    }

    @Test
    void aSlaveOfTheStockStoreDoesNot() throws Exception {
        Jvm.Ended ended = Jvm.stock().run(ManyFiles.class, directory.resolve("stock"), 5);
        assertEquals("not attached", ended.out(), ended.err());
    }

    @Test
    void aMasterTakesNoLongFrameFromAStranger() throws Exception {
        assertEquals("bounded", Jvm.mended().print(LongFrame.class, directory.resolve("frame")));
        assertTrue(SyncAnswer.LIMIT > FILES * 80);
    }
}
