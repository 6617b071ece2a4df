package dev.mqha.patches.one_copy;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@link Packets} keep one copy of a large message, which says why. */
public final class OneCopy {
    static final String MESSAGE = "org/apache/activemq/command/Message";

    private static final String SEQUENCE = "org/apache/activemq/util/ByteSequence";
    private static final String OPENWIRE = "org/apache/activemq/openwire/OpenWireFormat";
    private static final String FORMAT = "org/apache/activemq/wireformat/WireFormat";
    private static final String MARSHAL = "(Ljava/lang/Object;)L" + SEQUENCE + ";";
    private static final String TARGET = "dev/mqha/patches/one_copy/Packets";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "one-copy",
                    Patch.Risk.MEMORY,
                    "a large message takes a multiple of its size of the heap, which is not counted")
            .rewrites(MESSAGE, "32526949f9c46c5e7c79ee37d378b7c5f9a3330163c5cfff6fb7c884c6aaecf2", OneCopy::message)
            .rewrites(Classes.UNIT, OneCopy::unit)
            .rewrites(Classes.FILE_CURSOR, OneCopy::file);

    private OneCopy() {}

    /** @throws IllegalStateException where a message is not given its body once */
    static byte[] message(byte[] original) {
        return Rewrite.once(original, "setContent", (name, next, place) -> !name.equals("setContent") ? next : new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String field, String type) {
                if (opcode == Opcodes.PUTFIELD && field.equals("content")) {
                    place.found();
                    String fitted = "(L" + SEQUENCE + ";)L" + SEQUENCE + ";";
                    visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "fitted", fitted, false);
                }
                super.visitFieldInsn(opcode, owner, field, type);
            }
        });
    }

    /** @throws IllegalStateException where a unit of work does not encode messages once */
    static byte[] unit(byte[] original) {
        return Rewrite.redirect(OPENWIRE, "marshal", MARSHAL, TARGET, "packet", FORMAT).apply(original);
    }

    /** @throws IllegalStateException where the cursor does not write and read messages once */
    static byte[] file(byte[] original) {
        String unmarshal = "(L" + SEQUENCE + ";)Ljava/lang/Object;";
        return Rewrite.redirect(FORMAT, "marshal", MARSHAL, TARGET, "packet", FORMAT)
                .andThen(Rewrite.redirect(FORMAT, "unmarshal", unmarshal, TARGET, "read", FORMAT))
                .apply(original);
    }
}
