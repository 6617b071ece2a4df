package dev.mqha.guard;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends small pieces of the log to {@code dev.mqha.store.SmallFrames}, which says why. */
final class SmallFrameFix {
    private static final String REPLICATED = "org/apache/activemq/leveldb/replicated/";

    /** Writes what a master sends. */
    static final String SENDING = REPLICATED + "ReplicationProtocolCodec";

    private static final String SLAVE = REPLICATED + "SlaveLevelDBStore";

    /** {@code SlaveLevelDBStore.wal_handler}: what is done with a frame. */
    static final String RECEIVING = SLAVE + "$$anonfun$wal_handler$1";

    private static final String TARGET = "dev/mqha/store/SmallFrames";

    private SmallFrameFix() {}

    /** @throws IllegalStateException where the codec encodes in another way */
    static byte[] send(byte[] original) {
        return Rewrite.once(
                original, "encode", (name, next, place) -> name.equals("encode") ? sent(next, place) : next);
    }

    private static MethodVisitor sent(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                visitVarInsn(Opcodes.ALOAD, 1);
                String type = "(Ljava/lang/Object;)Ljava/lang/Object;";
                visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "outgoing", type, false);
                visitVarInsn(Opcodes.ASTORE, 1);
            }
        };
    }

    /** @throws IllegalStateException where frames are dealt with in another way */
    static byte[] receive(byte[] original) {
        return Rewrite.once(
                original, "apply", (name, next, place) -> name.equals("apply") ? received(next, place) : next);
    }

    private static MethodVisitor received(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                Label others = new Label();
                visitVarInsn(Opcodes.ALOAD, 0);
                visitFieldInsn(Opcodes.GETFIELD, RECEIVING, "$outer", "L" + SLAVE + ";");
                visitVarInsn(Opcodes.ALOAD, 0);
                visitFieldInsn(Opcodes.GETFIELD, RECEIVING, "session$1", "L" + SLAVE + "$Session;");
                visitVarInsn(Opcodes.ALOAD, 1);
                String type = "(L" + SLAVE + ";L" + SLAVE + "$Session;Ljava/lang/Object;)Z";
                visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "taken", type, false);
                visitJumpInsn(Opcodes.IFEQ, others);
                visitInsn(Opcodes.RETURN);
                visitLabel(others);
                visitFrame(Opcodes.F_SAME, 0, null, 0, null);
            }
        };
    }
}
