package dev.mqha.patches.unwritten_messages;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.durable_subscriptions.SubscriptionFix;
import dev.mqha.patches.prepared_branches.BranchFix;
import org.objectweb.asm.Opcodes;

/** Tells {@link Unwritten} which messages are written, as it says why. */
public final class CursorEnd {
    private static final String UNIT = Classes.UNIT.name();

    private static final String CLIENT = Classes.CLIENT.name();

    private static final String TARGET = "dev/mqha/patches/unwritten_messages/Unwritten";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "unwritten-messages",
                    Patch.Risk.DELIVERY,
                    "with several senders a message can wait in its queue for the next change of master")
            .needs(BranchFix.PATCH, SubscriptionFix.PATCH)
            .rewrites(Classes.UNIT, CursorEnd::unit)
            .rewrites(Classes.CLIENT, CursorEnd::removal);

    private CursorEnd() {}

    /** @throws IllegalStateException where a unit of work takes messages, or ends, in another way */
    static byte[] unit(byte[] original) {
        return Rewrite.first("enqueue", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitVarInsn(Opcodes.LLOAD, 1);
                    code.visitVarInsn(Opcodes.LLOAD, 3);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "added", "(L" + UNIT + ";JJ)V", false);
                })
                .andThen(Rewrite.first("onCompleted", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "completed", "(L" + UNIT + ";)V", false);
                }))
                .apply(original);
    }

    /** @throws IllegalStateException where a client of the store removes queues in another way */
    static byte[] removal(byte[] original) {
        return Rewrite.first("removeCollection", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitVarInsn(Opcodes.LLOAD, 1);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "removed", "(L" + CLIENT + ";J)V", false);
                })
                .apply(original);
    }
}
