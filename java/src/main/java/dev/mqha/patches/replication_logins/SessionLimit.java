package dev.mqha.patches.replication_logins;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Tells {@link SlaveSessions} of each connection of the replication port; it says why. */
public final class SessionLimit {
    /** {@code MasterLevelDBStore.start_protocol_server}: the listener. */
    static final String CLASS = "org/apache/activemq/leveldb/replicated/MasterLevelDBStore$$anon$1";

    private static final String TRANSPORT = "Lorg/fusesource/hawtdispatch/transport/Transport;";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "replication-logins",
                    Patch.Risk.MEMORY,
                    "anybody who can reach the replication port can end a master with some thousand "
                            + "connections")
            .rewrites(CLASS, "87157d802dfb7acd9078b243517d118b28bcc41fa62ee0794cf39a45feba7e21", SessionLimit::mend);

    private SessionLimit() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.last("onAccept", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    code.visitMethodInsn(
                            Opcodes.INVOKESTATIC, "dev/mqha/patches/replication_logins/SlaveSessions", "accepted", "(" + TRANSPORT + ")V", false);
                })
                .apply(original);
    }
}
