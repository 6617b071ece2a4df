package dev.mqha.patches.replication_names;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Shows {@link Received} what master and slave have read of one another; it says why. */
public final class NameCheck {
    /** Reads the bodies of all frames. */
    static final String CLASS = "org/apache/activemq/leveldb/util/JsonCodec$";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "replication-names",
                    Patch.Risk.MESSAGES,
                    "who says that it is the master can write any file of a slave's user, and who has the token can "
                            + "read any file of a master's")
            .rewrites(CLASS, "114d8d6dc81472298821def8f597a8f8d551f7edb191b4971d22c782538b11de", NameCheck::mend);

    private NameCheck() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not decode in two methods */
    static byte[] mend(byte[] original) {
        return Rewrite.times(2, original, "what was decoded", (name, next, place) ->
                !name.equals("decode") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitInsn(int opcode) {
                        if (opcode == Opcodes.ARETURN) {
                            place.found();
                            super.visitInsn(Opcodes.DUP);
                            visitMethodInsn(
                                    Opcodes.INVOKESTATIC,
                                    "dev/mqha/patches/replication_names/Received",
                                    "check",
                                    "(Ljava/lang/Object;)V",
                                    false);
                        }
                        super.visitInsn(opcode);
                    }
                });
    }
}
