package dev.mqha.patches.full_port;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Lets a message port that has all the connections that it may have answer before it hangs up, as {@link Refusal} does.
 *
 * <p>{@code TcpTransportServer.doHandleSocket} counts, throws, and closes the connection without a word. So whoever asks
 * whether a master serves cannot tell one that is full from one that hangs.
 */
public final class FullPort {
    private static final String REFUSED = "org/apache/activemq/transport/tcp/ExceededMaximumConnectionsException";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "full-port",
                    Patch.Risk.OUTAGE,
                    "a master that has all the connections that it may have says so to nobody, and can be taken "
                            + "for a hung one")
            .rewrites(Classes.MESSAGE_PORT, FullPort::mend);

    private FullPort() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not refuse in exactly one place */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, "the refusal", (name, next, place) -> !name.equals("doHandleSocket")
                ? next
                : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                        super.visitMethodInsn(opcode, owner, method, type, inInterface);
                        if (opcode == Opcodes.INVOKESPECIAL && owner.equals(REFUSED)) {
                            place.found();
                            super.visitVarInsn(Opcodes.ALOAD, 1);
                            super.visitMethodInsn(
                                    Opcodes.INVOKESTATIC,
                                    "dev/mqha/patches/full_port/Refusal",
                                    "answer",
                                    "(Ljava/net/Socket;)V",
                                    false);
                        }
                    }
                });
    }
}
