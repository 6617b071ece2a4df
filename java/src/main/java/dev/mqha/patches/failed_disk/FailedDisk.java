package dev.mqha.patches.failed_disk;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Tells {@code dev.mqha.patches.common.Fatal} of a failure of the log or the index before the store deals with it. */
public final class FailedDisk {
    private static final String CLASS = Classes.CLIENT.name();

    private static final String STORE = "org/apache/activemq/leveldb/LevelDBStore";
    static final String FIELD = "org$apache$activemq$leveldb$LevelDBClient$$store";
    static final String HANDLER = "handleFailure$1";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "failed-disk",
                    Patch.Risk.OUTAGE,
                    "a broker whose disk fails or is full can hang, and does not recover by "
                            + "itself once there is space")
            .rewrites(Classes.CLIENT, FailedDisk::mend);

    private FailedDisk() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such handler */
    static byte[] mend(byte[] original) {
        return Rewrite.first(HANDLER, code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, CLASS, FIELD, "L" + STORE + ";");
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    String type = "(L" + STORE + ";Ljava/io/IOException;)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, "dev/mqha/patches/common/Fatal", "diskFailed", type, false);
                })
                .apply(original);
    }
}
