package dev.mqha.guard;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Tells {@code dev.mqha.store.Fatal} of a failure of the log or the index before the store deals with it. */
final class FailedDisk {
    static final String CLASS = UnitFix.CLIENT;

    private static final String STORE = "org/apache/activemq/leveldb/LevelDBStore";
    static final String FIELD = "org$apache$activemq$leveldb$LevelDBClient$$store";
    static final String HANDLER = "handleFailure$1";

    private FailedDisk() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it has no such handler */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, HANDLER, (name, next, place) -> name.equals(HANDLER) ? told(next, place) : next);
    }

    private static MethodVisitor told(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                visitVarInsn(Opcodes.ALOAD, 0);
                visitFieldInsn(Opcodes.GETFIELD, CLASS, FIELD, "L" + STORE + ";");
                visitVarInsn(Opcodes.ALOAD, 1);
                String type = "(L" + STORE + ";Ljava/io/IOException;)V";
                visitMethodInsn(Opcodes.INVOKESTATIC, FailedStart.FATAL, "diskFailed", type, false);
            }
        };
    }
}
