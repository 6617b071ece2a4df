package dev.mqha.patches.failed_start;

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
    public static final String MASTER = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_master$1";
    public static final String SLAVE = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$start_slave$1";

    /** In our own jar, which stands on the class path of every broker. */
    public static final String FATAL = "dev/mqha/patches/common/Fatal";

    private static final String TASK = "apply$mcV$sp";

    private FailedStart() {}

    /** Mends a class; it throws IllegalStateException where that is no such task. */
    public static UnaryOperator<byte[]> of(String className) {
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
