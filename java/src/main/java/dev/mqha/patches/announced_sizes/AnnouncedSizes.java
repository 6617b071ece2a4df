package dev.mqha.patches.announced_sizes;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Lets {@code MarshallingSupport} take no more memory than what has been sent.
 *
 * <p>Its arrays and collections were made as large as a frame said: 34 bytes from anyone, in the properties of the first
 * OpenWire frame, ended a broker. Each of its three arrays of bytes is read by {@link Announced}; the code
 * that would read into it afterwards is left out.
 */
public final class AnnouncedSizes {
    static final String CLASS = "org/apache/activemq/util/MarshallingSupport";

    private static final String TARGET = "dev/mqha/patches/announced_sizes/Announced";

    /** Three arrays, as many reads, a map and a list. */
    private static final int PLACES = 8;

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "announced-sizes",
                    Patch.Risk.MEMORY,
                    "anybody who can reach the message port can end a broker with one short frame")
            .rewrites(CLASS, "9e6e4b3a9e947ca818bf79fdf6214b0b5d7a5c7700c8d60fd57eaaf6bcf08175", AnnouncedSizes::mend);

    private AnnouncedSizes() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.times(PLACES, original, "what reads an announced size", (name, next, place) ->
                name.startsWith("unmarshal") || name.startsWith("readUTF") ? bounded(next, place) : next);
    }

    private static MethodVisitor bounded(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitIntInsn(int opcode, int operand) {
                if (opcode == Opcodes.NEWARRAY && operand == Opcodes.T_BYTE) {
                    place.found();
                    // The stream is the first argument of each of these static methods.
                    visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "read", "(ILjava/io/DataInput;)[B", false);
                } else {
                    super.visitIntInsn(opcode, operand);
                }
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (method.equals("readFully")) {
                    place.found();
                    // The array is full already: stream and array, and where a part is given its begin and length.
                    super.visitInsn(Opcodes.POP2);
                    if (type.equals("([BII)V")) {
                        super.visitInsn(Opcodes.POP2);
                    }
                    return;
                }
                if (method.equals("<init>") && type.equals("(I)V")
                        && (owner.equals("java/util/HashMap") || owner.equals("java/util/ArrayList"))) {
                    place.found();
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "capacity", "(I)I", false);
                }
                super.visitMethodInsn(opcode, owner, method, type, inInterface);
            }
        };
    }
}
