package dev.mqha.guard;

import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Asks {@code dev.mqha.store.Acks} whether what removes messages waits. */
final class AckFix {
    /** A unit of work of the store. */
    static final String UNIT = "org/apache/activemq/leveldb/DelayableUOW";

    static final String CLIENT = UnitFix.CLIENT;

    private static final Set<String> REMOVALS = Set.of("removeCollection", "collectionEmpty");
    private static final String TARGET = "dev/mqha/store/Acks";

    private AckFix() {}

    /** @throws IllegalStateException where a unit does not say whether it has to wait */
    static byte[] unit(byte[] original) {
        return Rewrite.once(original, "syncNeeded", (name, next, place) ->
                name.equals("syncNeeded") ? unit(next, place) : next);
    }

    private static MethodVisitor unit(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                Label otherwise = new Label();
                visitVarInsn(Opcodes.ALOAD, 0);
                visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "waited", "(L" + UNIT + ";)Z", false);
                visitJumpInsn(Opcodes.IFEQ, otherwise);
                visitInsn(Opcodes.ICONST_1);
                visitInsn(Opcodes.IRETURN);
                visitLabel(otherwise);
                visitFrame(Opcodes.F_SAME, 0, null, 0, null);
            }
        };
    }

    /** @throws IllegalStateException where the client does not remove or empty collections */
    static byte[] removals(byte[] original) {
        byte[] mended = original;
        for (String removal : REMOVALS) {
            mended = Rewrite.once(mended, removal, (name, next, place) ->
                    name.equals(removal) ? removal(next, place) : next);
        }
        return mended;
    }

    private static MethodVisitor removal(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                visitVarInsn(Opcodes.ALOAD, 0);
                visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "removal", "(L" + CLIENT + ";)V", false);
            }
        };
    }
}
