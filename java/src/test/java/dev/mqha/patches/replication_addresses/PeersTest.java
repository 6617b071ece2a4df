package dev.mqha.patches.replication_addresses;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.rig.FalseMaster;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
    private static final long LOG_SIZE = 1024 * 1024;
    private static final String NOTHING =
            "{\"snapshot_position\":0,\"wal_append_position\":0,\"append_log\":null,\"log_files\":[],\"index_files\":[]}";

    @TempDir
    Path directory;

    @Test
    void anAddressIsAllowedAsItStandsInTheFile() throws Exception {
        Path file = Files.writeString(directory.resolve("peers"), "# rendered\nMq01.example:61600\n127.0.0.2:61600\n\n");
        System.setProperty(Peers.FILE, file.toString());
        try {
            for (String allowed : List.of("tcp://mq01.example:61600", "tcp://MQ01.example:61600", "tcp://127.0.0.2:61600")) {
                assertDoesNotThrow(() -> Peers.require(new URI(allowed)), allowed);
            }
            for (String other : List.of(
                    "tcp://127.0.0.3:61600",
                    "tcp://127.0.0.2:61601",
                    "tcp://127.0.0.2",
                    "tcp://127.0.0.22:61600",
                    "tcp://evil@127.0.0.2:61600",
                    "tcp://127.0.0.2:61600/",
                    "tcp://127.0.0.2:61600?localPort=1",
                    "tcp://127.0.0.2:61600#x",
                    "ssl://127.0.0.2:61600",
                    "file:/etc/passwd",
                    "none:none",
                    "")) {
                assertThrows(UnknownHostException.class, () -> Peers.require(new URI(other)), other);
            }
            Files.delete(file);
            assertThrows(UnknownHostException.class, () -> Peers.require(new URI("tcp://127.0.0.2:61600")));
        } finally {
            System.clearProperty(Peers.FILE);
        }
    }

    /** Starts a slave that is told of a master. Prints how often that one was told the token, before and after it is allowed. */
    public static final class Follows {
        public static void main(String[] args) throws Exception {
            Path peers = Path.of(System.getProperty(Peers.FILE));
            Files.writeString(peers, "127.0.0.1:1\n");
            try (FalseMaster master = new FalseMaster(NOTHING)) {
                SlaveLevelDBStore slave = Replicas.slave(master.port(), Path.of(args[0], "store"), LOG_SIZE);
                Thread.sleep(2500);
                System.out.println(master.logins().size() > 0);
                Files.writeString(peers, "127.0.0.1:" + master.port() + "\n");
                Replicas.eventually("it is told the token", () -> master.logins().stream().anyMatch(login -> login.contains("\"token\"")));
                System.out.println(slave.isStarted());
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aSlaveTellsNobodyElseTheTokenAndReadsTheFileAnew() throws Exception {
        String peers = "-D" + Peers.FILE + "=" + directory.resolve("peers");
        assertEquals("false\ntrue", Jvm.mended().option(peers).print(Follows.class, directory.resolve("mended")));
        assertEquals("true\ntrue", Jvm.stock().option(peers).print(Follows.class, directory.resolve("stock")));
    }

    /** Starts a slave with an address that is none, and prints whether it has started all the same. */
    public static final class Nowhere {
        public static void main(String[] args) throws Exception {
            SlaveLevelDBStore slave = new SlaveLevelDBStore();
            slave.setDirectory(Path.of(args[0]).toFile());
            slave.setConnect("\u001b[31m not an address");
            slave.setSecurityToken("token");
            slave.start();
            Thread.sleep(1500);
            slave.setConnect(null);
            Thread.sleep(1500);
            System.out.println(slave.isStarted());
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void anAddressThatIsNoneIsNoReasonToFail() throws Exception {
        assertEquals("true", Jvm.mended().print(Nowhere.class, directory));
    }
}
