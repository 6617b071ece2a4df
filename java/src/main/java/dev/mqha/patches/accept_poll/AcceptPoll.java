package dev.mqha.patches.accept_poll;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Lets a connector that waits for a client sleep.
 *
 * <p>{@code TcpTransportServer.doRunWithServerSocketChannel} selects for 10 ms, a hundred times a second, and
 * that was half of what a master took of the processor at rest. A client wakes the selector, and so does the stop
 * of the connector, which closes it first.
 */
public final class AcceptPoll {
    static final String CLASS = Classes.MESSAGE_PORT.name();

    static final long MS = 10_000;

    private static final String SELECTOR = "java/nio/channels/Selector";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "accept-poll",
                    Patch.Risk.SPEED,
                    "a master at rest takes twice as much of the processor")
            .rewrites(Classes.MESSAGE_PORT, AcceptPoll::mend);

    private AcceptPoll() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not select exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, "the select", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals(SELECTOR) && method.equals("select") && type.equals("(J)I")) {
                    place.found();
                    super.visitInsn(Opcodes.POP2);
                    super.visitLdcInsn(MS);
                }
                super.visitMethodInsn(opcode, owner, method, type, inInterface);
            }
        });
    }
}
