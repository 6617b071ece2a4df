package dev.mqha.patches.replication_addresses;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Construction;
import dev.mqha.guard.Patch;

/** Has {@link Transports} make the ends of the replication link; it says why. */
public final class AddressCheck {
    static final String MASTER = "org/apache/activemq/leveldb/replicated/MasterLevelDBStore";

    private static final String TRANSPORT = "org/fusesource/hawtdispatch/transport/TcpTransport";
    private static final String URI = "java/net/URI";
    private static final String TARGET = "dev/mqha/patches/replication_addresses/Transports";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "replication-addresses",
                    Patch.Risk.MESSAGES,
                    "who can write to ZooKeeper has the slaves connect to an address of its own, tell it the token, and take "
                            + "its store for theirs")
            .rewrites(Classes.SLAVE_STORE, AddressCheck::slave)
            .rewrites(MASTER, "10348abdf000fd2bf8c4162360dd308dfe24fb6639e233e8195f91ca7195f99c", AddressCheck::master);

    private AddressCheck() {}

    /** A slave has a connection for the log and one for the download. */
    static byte[] slave(byte[] original) {
        return Construction.by(2, TRANSPORT, "()V", TARGET, "toMaster")
                .andThen(Construction.by(2, URI, "(Ljava/lang/String;)V", TARGET, "address"))
                .apply(original);
    }

    static byte[] master(byte[] original) {
        return Construction.by(1, TRANSPORT + "Server", "(L" + URI + ";)V", TARGET, "forSlaves").apply(original);
    }
}
