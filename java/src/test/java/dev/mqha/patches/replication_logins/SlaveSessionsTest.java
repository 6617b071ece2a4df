package dev.mqha.patches.replication_logins;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlaveSessionsTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Strangers connect to the replication port and say nothing, while a slave is there and another one comes. */
    public static final class Crowds {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[0], "second"), LOG_SIZE);
            master.serving();
            List<Socket> strangers = new ArrayList<>();
            for (int number = 0; number < SlaveSessions.MOST + 50; number++) {
                strangers.add(new Socket(InetAddress.getLoopbackAddress(), master.store.getPort()));
            }
            SlaveLevelDBStore another = Replicas.slave(master, Path.of(args[0], "third"), LOG_SIZE);
            Replicas.send(master, "q", 10, 100);
            Replicas.caughtUp(master, slave);
            Replicas.caughtUp(master, another);
            System.out.println(ended(strangers.get(0)) + " " + ended(strangers.get(strangers.size() - 1)));
            Runtime.getRuntime().halt(0);
        }

        private static boolean ended(Socket socket) throws IOException {
            socket.setSoTimeout(4000);
            try {
                return socket.getInputStream().read() < 0;
            } catch (java.net.SocketTimeoutException open) {
                return false;
            } catch (IOException reset) {
                return true;
            }
        }
    }

    /** A stranger connects and says nothing, and nobody comes after it. Prints whether it was hung up on in time. */
    public static final class Waits {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving();
            Socket stranger = new Socket(InetAddress.getLoopbackAddress(), master.store.getPort());
            Thread.sleep(SlaveSessions.PATIENCE_MS / 2);
            System.out.print(Crowds.ended(stranger) + " ");
            Thread.sleep(SlaveSessions.PATIENCE_MS / 2);
            System.out.println(Crowds.ended(stranger));
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void whoDoesNotLogInHasTenSeconds() throws Exception {
        assertEquals("false true", Jvm.mended().print(Waits.class, directory.resolve("mended")));
    }

    @Test
    void theOldestMakesRoomAndSlavesAreLeftAlone() throws Exception {
        assertEquals("true false", Jvm.mended().print(Crowds.class, directory.resolve("mended")));
        assertEquals("false false", Jvm.stock().print(Crowds.class, directory.resolve("stock")));
    }
}
