package dev.mqha.patches.temporary_composites;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has the authorization ask {@link Composites} whether a destination is temporary. */
public final class CompositeCheck {
    private static final String TARGET = "dev/mqha/patches/temporary_composites/Composites";
    private static final String DESTINATION = "org/apache/activemq/command/ActiveMQDestination";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "temporary-composites",
                    Patch.Risk.MESSAGES,
                    "whoever has an account can write to queues that its roles do not name, behind a temporary one")
            .rewrites(Classes.AUTHORIZATION, original -> mend(4, original))
            .rewrites(
                    "org/apache/activemq/security/AuthorizationDestinationFilter",
                    "08a844c64543c4758c032932979946b0a3743c737f76fdcbad0ea734a921ca33",
                    original -> mend(1, original));

    private CompositeCheck() {}

    /** Returns the mended form of a class. @throws IllegalStateException where it does not ask so often */
    static byte[] mend(int times, byte[] original) {
        return Rewrite.times(times, original, "isTemporary", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals(DESTINATION) && method.equals("isTemporary")) {
                    place.found();
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, method, "(L" + DESTINATION + ";)Z", false);
                } else {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                }
            }
        });
    }
}
