package dev.mqha.patches.frame_sizes;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Has {@link Frames} look at the size of a frame before memory is taken for it, in the transports of the
 * message port.
 *
 * <p>All three took what a frame announced, up to the largest one of a message and before authentication; that of STOMP took
 * headers without end as well.
 */
public final class FrameSizes {
    private static final String OPENWIRE = Classes.OPENWIRE.name();
    static final String AMQP = "org/apache/activemq/transport/amqp/AmqpFrameParser";
    private static final String STOMP = Classes.STOMP.name();

    private static final String TARGET = "dev/mqha/patches/frame_sizes/Frames";
    private static final String AMQP_FORMAT = "org/apache/activemq/transport/amqp/AmqpWireFormat";
    public static final String STOMP_CONNECTION = "org/apache/activemq/transport/tcp/TcpTransport";
    private static final String BYTES = "org/apache/activemq/util/ByteArrayOutputStream";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "frame-sizes",
                    Patch.Risk.MEMORY,
                    "anybody who can reach the message port can have memory taken by what a frame "
                            + "announces, before authentication")
            .rewrites(Classes.OPENWIRE, original -> openWire(1, original))
            .rewrites(Classes.OPENWIRE_TLS, original -> openWire(3, original))
            .rewrites(AMQP, "264dc00efa8dbeb5925a0deef22c18e546ec5eaf70ca5f449bc886316a86f691", FrameSizes::amqp)
            .rewrites(Classes.STOMP, FrameSizes::stomp);

    private FrameSizes() {}

    /**
     * Returns the mended form of OpenWire's transport, in clear or over TLS.
     *
     * @param times at how many places it reads a size
     * @throws IllegalStateException where it is not the known one
     */
    static byte[] openWire(int times, byte[] original) {
        return Rewrite.times(times, original, "the size of a frame", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String method, String type, boolean inInterface) {
                if (owner.equals("java/nio/ByteBuffer") && method.equals("getInt")) {
                    place.found();
                    visitVarInsn(Opcodes.ALOAD, 0);
                    call(this, "openWire", "(Ljava/nio/ByteBuffer;L" + OPENWIRE + ";)I");
                } else {
                    super.visitMethodInsn(opcode, owner, method, type, inInterface);
                }
            }
        });
    }

    /** Returns the mended form of AMQP's parser. @throws IllegalStateException where it is not the known one */
    static byte[] amqp(byte[] original) {
        return Rewrite.once(original, "validateFrameSize", (name, next, place) ->
                !name.equals("validateFrameSize") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitCode() {
                        super.visitCode();
                        place.found();
                        visitVarInsn(Opcodes.ILOAD, 1);
                        field(this, AMQP, "wireFormat", "L" + AMQP_FORMAT + ";");
                        call(this, "amqp", "(IL" + AMQP_FORMAT + ";)V");
                    }
                });
    }

    /** Returns the mended form of STOMP's codec. @throws IllegalStateException where it is not the known one */
    static byte[] stomp(byte[] original) {
        // A byte is written at three places; a content-length is parsed at one.
        return Rewrite.times(4, original, "what takes a byte or a content-length", (name, next, place) ->
                new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(
                            int opcode, String owner, String method, String type, boolean inInterface) {
                        if (owner.equals(BYTES) && method.equals("write") && type.equals("(I)V")) {
                            place.found();
                            field(this, STOMP, "transport", "L" + STOMP_CONNECTION + ";");
                            field(this, STOMP, "processedHeaders", "Z");
                            call(this, "stomp", "(L" + BYTES + ";IL" + STOMP_CONNECTION + ";Z)V");
                            return;
                        }
                        super.visitMethodInsn(opcode, owner, method, type, inInterface);
                        if (method.equals("parseContentLength")) {
                            place.found();
                            call(this, "contentLength", "(I)I");
                        }
                    }
                });
    }

    private static void field(MethodVisitor in, String owner, String name, String type) {
        in.visitVarInsn(Opcodes.ALOAD, 0);
        in.visitFieldInsn(Opcodes.GETFIELD, owner, name, type);
    }

    private static void call(MethodVisitor in, String target, String type) {
        in.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, target, type, false);
    }
}
