package dev.mqha.patches.failed_disk;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.failed_start.FailedStart;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.Opcodes;

/** Tells {@code dev.mqha.patches.common.Fatal} of a failure of the log or the index before the store deals with it. */
public final class FailedDisk {
    public static final String CLASS = UnitFix.CLIENT;

    private static final String STORE = "org/apache/activemq/leveldb/LevelDBStore";
    public static final String FIELD = "org$apache$activemq$leveldb$LevelDBClient$$store";
    public static final String HANDLER = "handleFailure$1";

    private FailedDisk() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such handler */
    public static byte[] mend(byte[] original) {
        return Rewrite.first(HANDLER, code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, CLASS, FIELD, "L" + STORE + ";");
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    String type = "(L" + STORE + ";Ljava/io/IOException;)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, FailedStart.FATAL, "diskFailed", type, false);
                })
                .apply(original);
    }
}
