package dev.mqha.patches.replication_addresses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.launch.Tls;
import dev.mqha.rig.Certificates;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Peer;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransportsTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    static Path directory;

    private static Certificates made;
    private static String own;

    @BeforeAll
    static void make() throws Exception {
        made = new Certificates(directory)
                .authority("cluster")
                .authority("clients")
                .authority("foreign")
                .of("node", "cluster", "EC", "ip:127.0.0.1")
                .of("elsewhere", "cluster", "EC", "ip:127.0.0.9,dns:localhost")
                .of("app", "clients", "EC", "ip:127.0.0.1")
                .of("stranger", "foreign", "EC", "ip:127.0.0.1");
        own = "-D" + Tls.DIRECTORY + "=" + made.conf("node", "cluster", "clients");
    }

    /** A master whose slave comes over TLS; others come with the token. Prints who was answered. */
    public static final class Serves {
        public static void main(String[] args) throws Exception {
            Path certificates = Path.of(args[0]);
            Replicas.Master master = Replicas.master(Path.of(args[1], "first"), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[1], "second"), LOG_SIZE);
            master.serving();
            int port = master.store.getPort();
            SSLContext none = SSLContext.getInstance("TLS");
            none.init(null, Tls.trustManagers(certificates.resolve("cluster.pem")), null);
            List<String> answered = new ArrayList<>();
            for (String who : List.of("node", "app", "stranger")) {
                answered.add(who + " " + isAnswered(secured(Certificates.context(certificates, who, "cluster"), port, "TLSv1.3")));
            }
            answered.add("old " + isAnswered(secured(Certificates.context(certificates, "node", "cluster"), port, "TLSv1.2")));
            answered.add("none " + isAnswered(secured(none, port, "TLSv1.3")));
            answered.add("clear " + isAnswered(new Socket(InetAddress.getLoopbackAddress(), port)));
            // Handshakes that do not end take nobody's place for ever.
            for (int number = 0; number < 100; number++) {
                new Socket(InetAddress.getLoopbackAddress(), port).getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            }
            Replicas.send(master, "q", 100, 20_000);
            SlaveLevelDBStore another = Replicas.slave(master, Path.of(args[1], "third"), LOG_SIZE);
            Replicas.caughtUp(master, slave);
            Replicas.caughtUp(master, another);
            System.out.println(String.join(", ", answered));
            Runtime.getRuntime().halt(0);
        }

        private static Socket secured(SSLContext context, int port, String version) throws IOException {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
            socket.setEnabledProtocols(new String[] {version});
            return socket;
        }

        private static boolean isAnswered(Socket socket) {
            try (Peer peer = new Peer(socket)) {
                return "ok ".equals(peer.send(Peer.LOGIN).frame());
            } catch (IOException refused) {
                return false;
            }
        }
    }

    /** A slave connects to a master that shows a certificate. Prints whether it was told the token. */
    public static final class Asks {
        public static void main(String[] args) throws Exception {
            SSLContext context = args[1].equals("node") || args[1].equals("elsewhere")
                    ? Certificates.context(Path.of(args[0]), args[1], "cluster")
                    : Certificates.context(Path.of(args[0]), args[1], "foreign");
            SSLServerSocket port = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
            Replicas.slave(port.getLocalPort(), Path.of(args[2]), LOG_SIZE);
            boolean told = false;
            for (int attempt = 0; attempt < 2 && !told; attempt++) {
                try (Socket slave = port.accept()) {
                    slave.setSoTimeout(5000);
                    told = new String(slave.getInputStream().readNBytes(100)).contains("login");
                } catch (IOException refused) {
                    // It is no master to the slave.
                }
            }
            System.out.println(told);
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aMasterLetsOnlyMembersOfItsClusterIn() throws Exception {
        assertEquals(
                "node true, app false, stranger false, old false, none false, clear false",
                Jvm.mended().option(own).print(Serves.class, directory, directory.resolve("stores")));
    }

    @Test
    void aSlaveTellsTheTokenToTheHostThatItConnectedToAlone() throws Exception {
        for (String who : List.of("node", "elsewhere", "app", "stranger")) {
            String told = Jvm.mended().option(own).print(Asks.class, directory, who, directory.resolve("slave-of-" + who));
            assertEquals(String.valueOf(who.equals("node")), told, who);
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        Jvm.Ended ended = Jvm.mended()
                .option("-D" + Tls.DIRECTORY + "=" + directory.resolve("absent"))
                .run(Serves.class, directory, directory.resolve("unused"));
        assertTrue(ended.err().contains("the replication link cannot be encrypted: "), ended.err());
    }
}
