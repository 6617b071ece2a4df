package dev.mqha.patches.protocol_detection;

import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/**
 * Lets connections wait for their protocol to be found out without a thread, as {@code dev.mqha.patches.protocol_detection.Arrivals} says why.
 *
 * <p>{@code AutoTcpTransportServer} made two threads for each connection and kept them for 30 s: whoever connected often
 * enough took all threads that a process may have.
 */
public final class AcceptQueue {
    public static final String CLASS = "org/apache/activemq/transport/auto/AutoTcpTransportServer";

    private static final String EXECUTOR = "java/util/concurrent/ThreadPoolExecutor";

    private AcceptQueue() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    public static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "handleSocket",
                        EXECUTOR,
                        "submit",
                        "(Ljava/lang/Runnable;)Ljava/util/concurrent/Future;",
                        "dev/mqha/patches/unauthenticated_connections/Strangers",
                        "queue",
                        "Ljava/net/Socket;",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 1))
                .apply(original);
    }
}
