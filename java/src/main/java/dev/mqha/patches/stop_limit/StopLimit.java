package dev.mqha.patches.stop_limit;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Gives the stop of a slave's store a limit.
 *
 * <p>{@code SlaveLevelDBStore.doStop} waits until its sessions have said that they are stopped. Where the
 * reconnect of a session that lost its master collides with the stop, nobody ever says so: the member
 * keeps position -1, and the election waits for it for ever. The master of these sessions is gone
 * by then, so after the limit the stop goes on without their answer.
 */
public final class StopLimit {
    private static final String LATCH = "java/util/concurrent/CountDownLatch";
    private static final String UNIT = "java/util/concurrent/TimeUnit";
    private static final long SECONDS = 3;

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "stop-limit",
                    Patch.Risk.OUTAGE,
                    "a slave that loses its master while it reconnects can keep every election waiting "
                            + "for ever")
            .rewrites(Classes.SLAVE_STORE, StopLimit::mend);

    private StopLimit() {}

    /** Returns the mended form of the class. @throws IllegalStateException where doStop does not wait exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, "the wait in doStop", (name, next, place) ->
                name.equals("doStop") ? limited(next, place) : next);
    }

    private static MethodVisitor limited(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (!owner.equals(LATCH) || !method.equals("await") || !type.equals("()V")) {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                    return;
                }
                place.found();
                super.visitLdcInsn(SECONDS);
                super.visitFieldInsn(Opcodes.GETSTATIC, UNIT, "SECONDS", "L" + UNIT + ";");
                super.visitMethodInsn(opcode, owner, method, "(JL" + UNIT + ";)Z", inInterface);
                super.visitInsn(Opcodes.POP);
            }
        };
    }
}
