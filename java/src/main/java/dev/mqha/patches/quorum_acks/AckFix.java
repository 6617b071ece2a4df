package dev.mqha.patches.quorum_acks;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Asks {@link Acks} whether what removes messages waits. */
public final class AckFix {
    private static final String UNIT = Classes.UNIT.name();

    private static final String CLIENT = Classes.CLIENT.name();

    private static final Set<String> REMOVALS = Set.of("removeCollection", "collectionEmpty");
    private static final String TARGET = "dev/mqha/patches/quorum_acks/Acks";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "quorum-acks",
                    Patch.Risk.DELIVERY,
                    "`store.acks: quorum` has no effect: what was consumed can come again after a "
                            + "failover")
            .needs(UnitFix.PATCH)
            .rewrites(Classes.UNIT, AckFix::unit)
            .rewrites(Classes.CLIENT, AckFix::removals);

    private AckFix() {}

    /** @throws IllegalStateException where a unit does not say whether it has to wait */
    static byte[] unit(byte[] original) {
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
    static byte[] removals(byte[] original) {
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
