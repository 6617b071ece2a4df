package dev.mqha.patches.closed_znodes;

import java.util.Arrays;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.linkedin.zookeeper.client.IZooKeeper;

/**
 * Who may read and change the znodes that the store makes; a mended class of it calls this.
 *
 * <p>The store lets everybody do everything with them ({@code world:anyone:acdrw}, a constant), also where it
 * authenticates itself ({@code zkPassword}). Whoever reaches ZooKeeper then decides who is elected, and names the
 * address from which every slave takes its store.
 */
public final class ZnodeAccess {
    /**
     * The system property that mqha starts a broker with. {@code closed}: only who knows the password. {@code
     * as-parent}: the same once the znode above is closed, and everybody before that, since members are there whose
     * brokers were started without the password. Without it all is as the store does it.
     */
    static final String PROPERTY = "mqha.znodes";

    private static final String ACCESS = System.getProperty(PROPERTY, "");

    /** No {@code List.of}: the client asks whether null is in it. */
    private static final List<ACL> OWNER = Arrays.asList(new ACL(Perms.ALL, Ids.AUTH_IDS));

    /** The entry of the owner tells mqha that this broker knows the password. */
    private static final List<ACL> OWNER_AND_ALL =
            Arrays.asList(new ACL(Perms.ALL, Ids.AUTH_IDS), new ACL(Perms.ALL, Ids.ANYONE_ID_UNSAFE));

    private ZnodeAccess() {}

    /** Instead of {@code IZooKeeper.create}. */
    public static String create(IZooKeeper zooKeeper, String path, byte[] data, List<ACL> acls, CreateMode mode)
            throws KeeperException, InterruptedException {
        return zooKeeper.create(path, data, accessTo(zooKeeper, path, acls), mode);
    }

    private static List<ACL> accessTo(IZooKeeper zooKeeper, String path, List<ACL> byDefault)
            throws KeeperException, InterruptedException {
        return switch (ACCESS) {
            case "closed" -> OWNER;
            case "as-parent" -> isOpen(zooKeeper, path.substring(0, path.lastIndexOf('/'))) ? OWNER_AND_ALL : OWNER;
            default -> byDefault;
        };
    }

    /** Whether everybody may make znodes below this one. */
    private static boolean isOpen(IZooKeeper zooKeeper, String parent) throws KeeperException, InterruptedException {
        return zooKeeper.getACL(parent.isEmpty() ? "/" : parent, new Stat()).stream()
                .anyMatch(acl -> acl.getId().equals(Ids.ANYONE_ID_UNSAFE) && (acl.getPerms() & Perms.CREATE) != 0);
    }
}
