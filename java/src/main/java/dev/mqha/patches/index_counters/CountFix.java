package dev.mqha.patches.index_counters;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.Opcodes;

/** Has {@code dev.mqha.patches.index_counters.Counters} look at the index when a store has started. */
public final class CountFix {
    public static final String CLASS = UnitFix.CLIENT;

    private CountFix() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such start */
    public static byte[] mend(byte[] original) {
        return Rewrite.last("start", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    String type = "(L" + CLASS + ";)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "dev/mqha/patches/index_counters/Counters", "mend", type, false);
                })
                .apply(original);
    }
}
