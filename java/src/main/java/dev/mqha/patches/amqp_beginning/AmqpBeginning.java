package dev.mqha.patches.amqp_beginning;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Has {@link Beginning} read all that an AMQP client has said first over TLS, which says why. */
public final class AmqpBeginning {
    private static final String CLASS = "org/apache/activemq/transport/amqp/AmqpNioSslTransport";

    private static final String PARSER = "Lorg/apache/activemq/transport/amqp/AmqpFrameParser;";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "amqp-beginning",
                    Patch.Risk.OUTAGE,
                    "over TLS an AMQP client that says more than its header at once is never answered")
            .rewrites(CLASS, "97a1717962eb3a4b71f4fb308db4095351660076fc10ea6f9571e3c670f18c9d", AmqpBeginning::mend);

    private AmqpBeginning() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "secureRead",
                        "java/nio/ByteBuffer",
                        "clear",
                        "()Ljava/nio/Buffer;",
                        "dev/mqha/patches/amqp_beginning/Beginning",
                        "rest",
                        PARSER,
                        code -> {
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitFieldInsn(Opcodes.GETFIELD, CLASS, "frameReader", PARSER);
                        })
                .apply(original);
    }
}
