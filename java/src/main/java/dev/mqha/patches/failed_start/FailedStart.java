package dev.mqha.patches.failed_start;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.Opcodes;

/**
 * Ends the broker when the start of its store fails after an election.
 *
 * <p>{@code ElectingLevelDBStore.start_master} and {@code start_slave} start the store in a task whose
 * failure nobody sees: the elected member keeps its place and never serves, and a slave keeps
 * position -1, so that the election waits for it for ever. A broker that ends instead leaves its place
 * to another, and can be started again.
 */
public final class FailedStart {
    static final String MASTER = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_master$1";
    static final String SLAVE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_slave$1";

    /** In our own jar, which stands on the class path of every broker. */
    private static final String FATAL = "dev/mqha/patches/common/Fatal";

    private static final String TASK = "apply$mcV$sp";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "failed-start",
                    Patch.Risk.OUTAGE,
                    "a broker whose store cannot be started stays elected, or vetoes the election, for "
                            + "ever")
            .rewrites(MASTER, "cd0f76de6c49e3ebcaa0626454cce2983a717d84fa455d2f9650ebc82d29d77b", of(MASTER))
            .rewrites(SLAVE, "bb824ad8f696a64a272178c4cbd0a82874a13c0018acbcccaf4d319f1cd1f07f", of(SLAVE));

    private FailedStart() {}

    /** Mends a class; it throws IllegalStateException where that is no such task. */
    private static UnaryOperator<byte[]> of(String className) {
        return original -> Rewrite.once(original, TASK, (name, next, place) -> {
            if (!name.equals(TASK)) {
                return next;
            }
            return new Rewrite.Around(className, next, place) {
                @Override
                protected void failed() {
                    visitMethodInsn(Opcodes.INVOKESTATIC, FATAL, "storeFailed", "(Ljava/lang/Throwable;)V", false);
                    visitInsn(Opcodes.RETURN);
                }
            };
        });
    }
}
