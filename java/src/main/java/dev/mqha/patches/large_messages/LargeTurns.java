package dev.mqha.patches.large_messages;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.frame_sizes.FrameSizes;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Lets {@link LargeMessages} say which large messages come in; it says why. {@link FrameSizes} has where they begin. */
public final class LargeTurns {
    private static final String OPENWIRE = Classes.OPENWIRE.name();
    static final String AMQP = "org/apache/activemq/transport/amqp/protocol/AmqpConnection";
    static final String AMQP_SENDER = "org/apache/activemq/transport/amqp/protocol/AmqpSender";
    private static final String STOMP = Classes.STOMP.name();

    private static final String TRANSFORMER = "org/apache/activemq/transport/amqp/message/OutboundTransformer";
    private static final String TRANSFORM = "(Lorg/apache/activemq/command/ActiveMQMessage;)"
            + "Lorg/apache/activemq/transport/amqp/message/EncodedMessage;";
    private static final String DELIVERY = "org/apache/qpid/proton/engine/Delivery";
    private static final String FRAME = "org/apache/activemq/util/ByteArrayOutputStream";
    private static final String TRANSPORT = "org/apache/activemq/transport/Transport";
    private static final String AMQP_TRANSPORT = "org/apache/activemq/transport/amqp/AmqpTransport";
    private static final String FRAMES = "dev/mqha/patches/frame_sizes/Frames";
    private static final String TARGET = "dev/mqha/patches/large_messages/LargeMessages";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "large-messages",
                    Patch.Risk.MEMORY,
                    "a few dozen senders of large messages can end a broker")
            .needs(FrameSizes.PATCH)
            .rewrites(Classes.OPENWIRE, LargeTurns::openWire)
            .rewrites(Classes.OPENWIRE_TLS, LargeTurns::openWireOverTls)
            .rewrites(AMQP, "3dba4006fceed0e9a8c56fc4e0d47874d8b57522c9a6d283817551fcccfc4ceb", LargeTurns::amqp)
            .rewrites(AMQP_SENDER, "675cccae485d83938aae3ed8611ab9cd5e00e3fca449ee5fbd9ecceeefc82bae", LargeTurns::amqpSender)
            .rewrites(Classes.STOMP, LargeTurns::stomp);

    private LargeTurns() {}

    /** @throws IllegalStateException where the transport does not hand on commands, or read sizes, at one place */
    static byte[] openWire(byte[] original) {
        return Rewrite.redirect(OPENWIRE, "doConsume", "(Ljava/lang/Object;)V", TARGET, "consume", OPENWIRE)
                .andThen(Rewrite.replace(FRAMES, "openWire", "(Ljava/nio/ByteBuffer;L" + OPENWIRE + ";)I", TARGET, "openWire"))
                .apply(original);
    }

    /**
     * It reads sizes at three places, and would take the memory of a frame from the heap.
     *
     * @throws IllegalStateException where it is not the known one
     */
    static byte[] openWireOverTls(byte[] original) {
        byte[] consuming = Rewrite.told(
                        Classes.OPENWIRE_TLS.name(),
                        "doConsume",
                        "(Ljava/lang/Object;)V",
                        code -> {},
                        TARGET,
                        "consume",
                        "(L" + OPENWIRE + ";Ljava/lang/Object;)V")
                .apply(original);
        return Rewrite.times(5, consuming, "a size or a buffer", (name, next, place) ->
                !name.equals("processCommand") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(
                            int opcode, String owner, String method, String type, boolean inInterface) {
                        boolean isSize = owner.equals(FRAMES) && method.equals("openWire");
                        boolean isBuffer = owner.equals("java/nio/ByteBuffer") && method.equals("allocate");
                        if (isSize || isBuffer) {
                            place.found();
                        }
                        super.visitMethodInsn(
                                opcode, isSize || isBuffer ? TARGET : owner, isBuffer ? "buffer" : method, type, inInterface);
                    }
                });
    }

    /** @throws IllegalStateException where what comes of a message is not dealt with in one place */
    static byte[] amqp(byte[] original) {
        return Rewrite.first("processDelivery", code -> delivery(code, "arriving"))
                .andThen(Rewrite.last("processDelivery", code -> delivery(code, "arrived")))
                .apply(original);
    }

    private static void delivery(MethodVisitor code, String target) {
        code.visitVarInsn(Opcodes.ALOAD, 1);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, AMQP, "amqpTransport", "L" + AMQP_TRANSPORT + ";");
        code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, target, "(L" + DELIVERY + ";Ljava/lang/Object;)V", false);
    }

    /** @throws IllegalStateException where messages do not go out of one place, or the method has other ends */
    static byte[] amqpSender(byte[] original) {
        byte[] transforming = Rewrite.redirectWith(
                "pumpOutbound", TRANSFORMER, "transform", TRANSFORM, TARGET, "transform", "Ljava/lang/Object;", method ->
                        method.visitVarInsn(Opcodes.ALOAD, 0)).apply(original);
        return Rewrite.times(3, transforming, "the ends of pumpOutbound", (name, next, place) ->
                !name.equals("pumpOutbound") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitInsn(int opcode) {
                        if (opcode == Opcodes.RETURN) {
                            place.found();
                            visitVarInsn(Opcodes.ALOAD, 0);
                            visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "sent", "(Ljava/lang/Object;)V", false);
                        }
                        super.visitInsn(opcode);
                    }
                });
    }

    /** @throws IllegalStateException where a frame does not end in one way, or a byte of it is not taken at three places */
    static byte[] stomp(byte[] original) {
        byte[] whole = Rewrite.first("processCommand", code -> {
                    connection(code);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "complete", "(L" + TRANSPORT + ";)V", false);
                })
                .andThen(LargeTurns::bytes)
                .apply(original);
        return Rewrite.once(whole, "processCommand", (name, next, place) ->
                !name.equals("processCommand") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(
                            int opcode, String owner, String method, String type, boolean inInterface) {
                        if (!owner.equals(FRAME) || !method.equals("reset")) {
                            super.visitMethodInsn(opcode, owner, method, type, inInterface);
                            return;
                        }
                        place.found();
                        connection(this);
                        String target = "(L" + FRAME + ";L" + TRANSPORT + ";)L" + FRAME + ";";
                        super.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "emptied", target, false);
                        visitVarInsn(Opcodes.ALOAD, 0);
                        visitInsn(Opcodes.SWAP);
                        visitFieldInsn(Opcodes.PUTFIELD, STOMP, "currentCommand", "L" + FRAME + ";");
                    }
                });
    }

    private static byte[] bytes(byte[] original) {
        return Rewrite.times(3, original, "what takes a byte", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                boolean isMeant = owner.equals(FRAMES) && method.equals("stomp");
                if (isMeant) {
                    place.found();
                }
                super.visitMethodInsn(opcode, isMeant ? TARGET : owner, method, type, inInterface);
            }
        });
    }

    private static void connection(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, STOMP, "transport", "L" + FrameSizes.STOMP_CONNECTION + ";");
    }
}
