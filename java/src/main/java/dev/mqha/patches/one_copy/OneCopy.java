package dev.mqha.patches.one_copy;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.memory_room.CursorRoom;
import dev.mqha.patches.quorum_acks.AckFix;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@code dev.mqha.patches.one_copy.Packets} keep one copy of a large message, which says why. */
public final class OneCopy {
    public static final String MESSAGE = "org/apache/activemq/command/Message";
    public static final String UNIT = AckFix.UNIT;
    public static final String FILE = CursorRoom.FILE;

    private static final String SEQUENCE = "org/apache/activemq/util/ByteSequence";
    private static final String OPENWIRE = "org/apache/activemq/openwire/OpenWireFormat";
    private static final String FORMAT = "org/apache/activemq/wireformat/WireFormat";
    private static final String MARSHAL = "(Ljava/lang/Object;)L" + SEQUENCE + ";";
    private static final String TARGET = "dev/mqha/patches/one_copy/Packets";

    private OneCopy() {}

    /** @throws IllegalStateException where a message is not given its body once */
    public static byte[] message(byte[] original) {
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
    public static byte[] unit(byte[] original) {
        return Rewrite.redirect(OPENWIRE, "marshal", MARSHAL, TARGET, "packet", FORMAT).apply(original);
    }

    /** @throws IllegalStateException where the cursor does not write and read messages once */
    public static byte[] file(byte[] original) {
        String unmarshal = "(L" + SEQUENCE + ";)Ljava/lang/Object;";
        return Rewrite.redirect(FORMAT, "marshal", MARSHAL, TARGET, "packet", FORMAT)
                .andThen(Rewrite.redirect(FORMAT, "unmarshal", unmarshal, TARGET, "read", FORMAT))
                .apply(original);
    }
}
