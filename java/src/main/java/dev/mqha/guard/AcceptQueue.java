package dev.mqha.guard;

import org.objectweb.asm.Opcodes;

/**
 * Lets connections wait for their protocol to be found out without a thread, as {@code dev.mqha.wire.Arrivals} says why.
 *
 * <p>{@code AutoTcpTransportServer} made two threads for each connection and kept them for 30 s: whoever connected often
 * enough took all threads that a process may have.
 */
final class AcceptQueue {
    static final String CLASS = "org/apache/activemq/transport/auto/AutoTcpTransportServer";

    private static final String EXECUTOR = "java/util/concurrent/ThreadPoolExecutor";

    private AcceptQueue() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "handleSocket",
                        EXECUTOR,
                        "submit",
                        "(Ljava/lang/Runnable;)Ljava/util/concurrent/Future;",
                        "dev/mqha/wire/Strangers",
                        "queue",
                        "Ljava/net/Socket;",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 1))
                .apply(original);
    }
}
