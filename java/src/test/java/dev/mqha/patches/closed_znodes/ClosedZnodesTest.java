package dev.mqha.patches.closed_znodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.activemq.leveldb.replicated.groups.ZKClient;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.linkedin.util.clock.Timespan;

/** Who may do what with the znodes of the store, at a server of ZooKeeper. */
class ClosedZnodesTest {
    private static final String CLOSED = "-D" + ZnodeAccess.PROPERTY + "=closed";
    private static final String AS_PARENT = "-D" + ZnodeAccess.PROPERTY + "=as-parent";

    @TempDir
    Path directory;

    /**
     * Makes a member with its parents, once more when the znode above it is closed. Prints the rights of each, and what a
     * stranger may do with the last.
     */
    public static final class MakesMembers {
        public static void main(String[] args) {
            try {
                run(args);
                System.exit(0);
            } catch (Exception failure) {
                // The threads of the server would go on.
                failure.printStackTrace();
                System.exit(1);
            }
        }

        private static void run(String[] args) throws Exception {
            ZooKeeperServer server = new ZooKeeperServer(Path.of(args[0]).toFile(), Path.of(args[0]).toFile(), 500);
            NIOServerCnxnFactory factory = new NIOServerCnxnFactory();
            factory.configure(new InetSocketAddress("127.0.0.1", 0), 10);
            factory.startup(server);
            String connect = "127.0.0.1:" + factory.getLocalPort();
            ZKClient store = connect(connect, "secret");
            ZooKeeper owner = new ZooKeeper(connect, 5000, event -> {});
            owner.addAuthInfo("digest", "fabric:secret".getBytes(StandardCharsets.UTF_8));
            if (args.length > 1) {
                owner.create("/cluster", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            String first = store.createWithParents("/cluster/0", new byte[0], CreateMode.EPHEMERAL_SEQUENTIAL);
            System.out.println(rights(owner, "/cluster") + " " + rights(owner, first));
            owner.setACL("/cluster", Ids.CREATOR_ALL_ACL, -1);
            String second = store.createWithParents("/cluster/0", new byte[0], CreateMode.EPHEMERAL_SEQUENTIAL);
            System.out.println(rights(owner, second));
            for (String password : new String[] {null, "another"}) {
                ZKClient stranger = connect(connect, password);
                try {
                    stranger.setData(second, "x");
                    System.out.println("changed");
                } catch (Exception refused) {
                    System.out.println(refused.getClass().getSimpleName());
                }
                stranger.close();
            }
        }

        private static ZKClient connect(String address, String password) throws Exception {
            ZKClient client = new ZKClient(address, Timespan.parse("5s"), null);
            if (password != null) {
                client.setPassword(password);
            }
            client.start();
            client.waitForConnected(Timespan.parse("20s"));
            return client;
        }

        private static String rights(ZooKeeper client, String path) throws Exception {
            List<ACL> acls = client.getACL(path, new Stat());
            return acls.stream()
                    .map(acl -> (acl.getId().getScheme().equals("digest") ? "owner" : acl.getId().getId()) + ":" + acl.getPerms())
                    .collect(Collectors.joining(","));
        }
    }

    private String of(Jvm jvm, String... args) throws Exception {
        Path data = Files.createTempDirectory(directory, "data");
        Object[] all = new Object[args.length + 1];
        all[0] = data;
        System.arraycopy(args, 0, all, 1, args.length);
        return jvm.print(MakesMembers.class, all);
    }

    @Test
    void theStoreLetsEverybodyDoEverything() throws Exception {
        String open = "anyone:31 anyone:31\nanyone:31\nchanged\nchanged";
        assertEquals(open, of(Jvm.stock()));
        assertEquals(open, of(Jvm.mended()));
    }

    @Test
    void onlyWhoKnowsThePasswordMayDoSomething() throws Exception {
        String refused = "owner:31\nNoAuthException\nNoAuthException";
        assertEquals("owner:31 owner:31\n" + refused, of(Jvm.mended().option(CLOSED)));
        assertEquals("anyone:31 owner:31\n" + refused, of(Jvm.mended().option(CLOSED), "open"));
    }

    @Test
    void everybodyMayWhileTheZnodeAboveIsOpen() throws Exception {
        String both = "owner:31,anyone:31";
        String refused = "owner:31\nNoAuthException\nNoAuthException";
        assertEquals(both + " " + both + "\n" + refused, of(Jvm.mended().option(AS_PARENT)));
        assertEquals("anyone:31 " + both + "\n" + refused, of(Jvm.mended().option(AS_PARENT), "open"));
    }
}
