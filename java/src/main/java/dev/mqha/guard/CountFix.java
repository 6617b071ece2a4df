package dev.mqha.guard;

import org.objectweb.asm.Opcodes;

/** Has {@code dev.mqha.store.Counters} look at the index when a store has started. */
final class CountFix {
    static final String CLASS = UnitFix.CLIENT;

    private CountFix() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such start */
    static byte[] mend(byte[] original) {
        return Rewrite.last("start", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    String type = "(L" + CLASS + ";)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "dev/mqha/store/Counters", "mend", type, false);
                })
                .apply(original);
    }
}
