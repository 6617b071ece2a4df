package dev.mqha.patches.recovered_sends;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.prepared_branches.BranchFix;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Brings what recovered branches sent, or give back, to the cursor of a queue, as {@link RecoveredSends} says why. */
public final class RecoveredFix {
    private static final String STORE = Classes.QUEUE_STORE.name();
    static final String COMPLETION = "org/apache/activemq/broker/TransactionBroker$PreparedDestinationCompletion";
    private static final String CURSOR = Classes.STORE_CURSOR.name();

    private static final String CONTEXT = "Lorg/apache/activemq/broker/ConnectionContext;";
    private static final String LISTENER = "Lorg/apache/activemq/store/IndexListener;";
    private static final String DESTINATION = "org/apache/activemq/broker/region/Destination";
    private static final String ID = "[Lorg/apache/activemq/command/MessageId;";
    private static final String LIST = "java/util/LinkedList";
    private static final String TARGET = "dev/mqha/patches/recovered_sends/RecoveredSends";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "recovered-sends",
                    Patch.Risk.DELIVERY,
                    "what an XA branch has sent that was recovered and then committed can wait for the "
                            + "next change of master, or messages that were delivered can go to the dead-letter "
                            + "queue as well")
            .needs(BranchFix.PATCH)
            .rewrites(Classes.QUEUE_STORE, RecoveredFix::add)
            .rewrites(COMPLETION, "1832bd9a00a827832b1a37a77ce295ec42db66af51455c6cef8b742d4c50822b", RecoveredFix::completion)
            .rewrites(Classes.STORE_CURSOR, RecoveredFix::rebase);

    private RecoveredFix() {}

    /** Returns the mended form of {@code STORE}. @throws IllegalStateException where it is not that */
    static byte[] add(byte[] original) {
        return Rewrite.first("doAdd", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 2);
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, STORE, "indexListener", LISTENER);
                    code.visitMethodInsn(
                            Opcodes.INVOKESTATIC, TARGET, "context", "(" + CONTEXT + LISTENER + ")" + CONTEXT, false);
                    code.visitVarInsn(Opcodes.ASTORE, 2);
                })
                .apply(original);
    }

    /** Returns the mended form of {@code COMPLETION}. @throws IllegalStateException where it is not that */
    static byte[] completion(byte[] original) {
        return cleared("afterCommit", "committed").andThen(cleared("afterRollback", "returned")).apply(original);
    }

    private static UnaryOperator<byte[]> cleared(String method, String target) {
        return Rewrite.redirectWith(
                method, DESTINATION, "clearPendingMessages", "(I)V", TARGET, target, "", nothing -> {});
    }

    /**
     * Returns the mended form of {@code CURSOR}: what is in the store only, from a rebase on, is read from there, and what
     * comes after it as well. A cursor that went on to be given messages read them a second time.
     *
     * @throws IllegalStateException where it is not that
     */
    static byte[] rebase(byte[] original) {
        return Rewrite.last("rebase", RecoveredFix::readOn).apply(original);
    }

    private static void readOn(MethodVisitor code) {
        for (int kind = 0; kind < 2; kind++) {
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitFieldInsn(Opcodes.GETFIELD, CURSOR, "lastCachedIds", ID);
            code.visitInsn(Opcodes.ICONST_0 + kind);
            code.visitInsn(Opcodes.ACONST_NULL);
            code.visitInsn(Opcodes.AASTORE);
        }
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, CURSOR, "pendingCachedIds", "L" + LIST + ";");
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, LIST, "clear", "()V", false);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitInsn(Opcodes.ICONST_0);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, CURSOR, "setCacheEnabled", "(Z)V", false);
    }
}
