package dev.mqha.patches.quorum_acks;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Asks {@code dev.mqha.patches.quorum_acks.Acks} whether what removes messages waits. */
public final class AckFix {
    /** A unit of work of the store. */
    public static final String UNIT = "org/apache/activemq/leveldb/DelayableUOW";

    public static final String CLIENT = UnitFix.CLIENT;

    private static final Set<String> REMOVALS = Set.of("removeCollection", "collectionEmpty");
    private static final String TARGET = "dev/mqha/patches/quorum_acks/Acks";

    private AckFix() {}

    /** @throws IllegalStateException where a unit does not say whether it has to wait */
    public static byte[] unit(byte[] original) {
        return Rewrite.first("syncNeeded", code -> {
                    Label otherwise = new Label();
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "waited", "(L" + UNIT + ";)Z", false);
                    code.visitJumpInsn(Opcodes.IFEQ, otherwise);
                    code.visitInsn(Opcodes.ICONST_1);
                    code.visitInsn(Opcodes.IRETURN);
                    code.visitLabel(otherwise);
                    code.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
                })
                .apply(original);
    }

    /** @throws IllegalStateException where the client does not remove or empty collections */
    public static byte[] removals(byte[] original) {
        byte[] mended = original;
        for (String removal : REMOVALS) {
            mended = Rewrite.first(removal, code -> {
                        code.visitVarInsn(Opcodes.ALOAD, 0);
                        code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "removal", "(L" + CLIENT + ";)V", false);
                    })
                    .apply(mended);
        }
        return mended;
    }
}
