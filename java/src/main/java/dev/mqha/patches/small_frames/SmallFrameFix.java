package dev.mqha.patches.small_frames;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends small pieces of the log to {@link SmallFrames}, which says why. */
public final class SmallFrameFix {
    private static final String TARGET = "dev/mqha/patches/small_frames/SmallFrames";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "small-frames",
                    Patch.Risk.SPEED,
                    "slaves fall behind where messages are consumed, and a failover delivers more of them "
                            + "again")
            .rewrites(Classes.CODEC, SmallFrameFix::send);

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
}
