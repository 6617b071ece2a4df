package dev.mqha.patches.compressed_bodies;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets compressed bodies become no larger than {@link Inflated} allows, which says why. */
public final class Inflating {
    private static final String COMMAND = "org/apache/activemq/command/ActiveMQ";
    static final String BYTES = COMMAND + "BytesMessage";
    static final String MAP = COMMAND + "MapMessage";
    static final String OBJECT = COMMAND + "ObjectMessage";
    static final String STREAM = COMMAND + "StreamMessage";
    static final String TEXT = COMMAND + "TextMessage";
    static final String AMQP = "org/apache/activemq/transport/amqp/message/AmqpMessageSupport";

    private static final String STREAMED = "java/util/zip/InflaterInputStream";
    private static final String TARGET = "dev/mqha/patches/compressed_bodies/Inflated";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "compressed-bodies",
                    Patch.Risk.MEMORY,
                    "one compressed message can end one master after the other")
            .rewrites(TEXT, "d0a1f4fac8fd8a05f238555a4c519e9dec84b4cc605365cdb6fe77281ec4be65", streams(1))
            .rewrites(MAP, "90b08ae8ef8ebe86056bce65980ceec5fcc971aad3fced8170e48f185f65ee90", streams(1))
            .rewrites(OBJECT, "3de35f99c5f8b440417682822c9ba6c15090f9dddee4e50b1799817b80a8c0cc", streams(1))
            .rewrites(STREAM, "0423aca0aefbf05300a652d38df95900885dcb26a00f4781e23f2b6a9cd87b42", streams(2))
            .rewrites(BYTES, "0bfdc7676ac24b2c0c6f9b5d715d3c26dc455104648f409311730c6f97611797", Inflating::bytes)
            .rewrites(AMQP, "93f32be2b2118a8bc03eb327a42f78beb9516b985e58805b983cee62ad2df74c", Inflating::amqp);

    private Inflating() {}

    /** Returns the mended form of a class that reads a compressed body in so many places. */
    private static UnaryOperator<byte[]> streams(int places) {
        return Rewrite.made(places, null, STREAMED, TARGET);
    }

    /** Returns the mended form of {@code BYTES}. @throws IllegalStateException where it is not that */
    static byte[] bytes(byte[] original) {
        return size("readIntBig").apply(original);
    }

    /** Returns the mended form of {@code AMQP}. @throws IllegalStateException where it is not that */
    static byte[] amqp(byte[] original) {
        return streams(2).andThen(size("readInt")).apply(original);
    }

    /** Has a size looked at that was read by a method. */
    private static UnaryOperator<byte[]> size(String reading) {
        return original -> Rewrite.once(original, "the size of a body", (name, next, place) ->
                new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                        super.visitMethodInsn(opcode, owner, method, type, inInterface);
                        if (method.equals(reading)) {
                            place.found();
                            super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "size", "(I)I", false);
                        }
                    }
                });
    }
}
