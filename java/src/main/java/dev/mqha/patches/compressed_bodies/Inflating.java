package dev.mqha.patches.compressed_bodies;

import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets compressed bodies become no larger than {@code dev.mqha.patches.compressed_bodies.Inflated} allows, which says why. */
public final class Inflating {
    private static final String COMMAND = "org/apache/activemq/command/ActiveMQ";
    public static final String BYTES = COMMAND + "BytesMessage";
    public static final String MAP = COMMAND + "MapMessage";
    public static final String OBJECT = COMMAND + "ObjectMessage";
    public static final String STREAM = COMMAND + "StreamMessage";
    public static final String TEXT = COMMAND + "TextMessage";
    public static final String AMQP = "org/apache/activemq/transport/amqp/message/AmqpMessageSupport";

    private static final String STREAMED = "java/util/zip/InflaterInputStream";
    private static final String TARGET = "dev/mqha/patches/compressed_bodies/Inflated";

    private Inflating() {}

    /** Returns the mended form of a class that reads a compressed body in so many places. */
    public static UnaryOperator<byte[]> streams(int places) {
        return Rewrite.made(places, null, STREAMED, TARGET);
    }

    /** Returns the mended form of {@code BYTES}. @throws IllegalStateException where it is not that */
    public static byte[] bytes(byte[] original) {
        return size("readIntBig").apply(original);
    }

    /** Returns the mended form of {@code AMQP}. @throws IllegalStateException where it is not that */
    public static byte[] amqp(byte[] original) {
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
