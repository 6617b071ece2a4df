package dev.mqha.patches.index_counters;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Has {@link Counters} look at the index when a store has started. */
public final class CountFix {
    private static final String CLASS = Classes.CLIENT.name();

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "index-counters",
                    Patch.Risk.MESSAGES,
                    "numbers that are wrong in a store stay wrong: queues show messages that are not "
                            + "there, or a file of the log is removed with messages in it")
            .rewrites(Classes.CLIENT, CountFix::mend);

    private CountFix() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such start */
    static byte[] mend(byte[] original) {
        return Rewrite.last("start", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    String type = "(L" + CLASS + ";)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "dev/mqha/patches/index_counters/Counters", "mend", type, false);
                })
                .apply(original);
    }
}
