package dev.mqha.patches.first_words;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Has {@link FirstWords} read what clients have said first over TLS; it says why. */
public final class WordsFix {
    private static final String AMQP = "org/apache/activemq/transport/amqp/AmqpNioSslTransport";
    private static final String STOMP = "org/apache/activemq/transport/stomp/StompNIOSSLTransport";

    private static final String PARSER = "Lorg/apache/activemq/transport/amqp/AmqpFrameParser;";
    private static final String TARGET = "dev/mqha/patches/first_words/FirstWords";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "first-words",
                    Patch.Risk.OUTAGE,
                    "over TLS a client that says more at once than its first frame may never be answered")
            .rewrites(Classes.OPENWIRE_TLS, WordsFix::openWire)
            .rewrites(AMQP, "97a1717962eb3a4b71f4fb308db4095351660076fc10ea6f9571e3c670f18c9d", WordsFix::amqp)
            .rewrites(STOMP, "0404d6828f2b8bc328c4261dec1ba0ef8eaf2ff55db625c76fc49307c6f18a2a", original -> onceOnly(STOMP, original));

    private WordsFix() {}

    /** @throws IllegalStateException where it is not the known one */
    static byte[] openWire(byte[] original) {
        String transport = Classes.OPENWIRE_TLS.name();
        return Rewrite.redirectWith(
                        "doOpenWireInit",
                        "java/nio/ByteBuffer",
                        "clear",
                        "()Ljava/nio/Buffer;",
                        TARGET,
                        "frames",
                        "L" + transport + ";",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0))
                .apply(original);
    }

    /** @throws IllegalStateException where it is not the known one */
    static byte[] amqp(byte[] original) {
        return Rewrite.redirectWith(
                        "secureRead", "java/nio/ByteBuffer", "clear", "()Ljava/nio/Buffer;", TARGET, "rest", PARSER, code -> {
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitFieldInsn(Opcodes.GETFIELD, AMQP, "frameReader", PARSER);
                        })
                .andThen(rest -> onceOnly(AMQP, rest))
                .apply(original);
    }

    /** @throws IllegalStateException where it does not read in exactly one place of its own */
    private static byte[] onceOnly(String transport, byte[] original) {
        return Rewrite.redirect(transport, "serviceRead", "()V", TARGET, "leaveToItsTask", "java/lang/Object")
                .apply(original);
    }
}
