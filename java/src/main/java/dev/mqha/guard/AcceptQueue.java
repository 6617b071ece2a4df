package dev.mqha.guard;

import org.objectweb.asm.Opcodes;

/**
 * Has {@code dev.mqha.wire.Strangers} look at how many connections wait for their protocol to be found out, before one more does.
 *
 * <p>{@code AutoTcpTransportServer} made two threads for each connection and kept them for 30 s: whoever connected often
 * enough took all threads that a process may have. A limit of them (maxConnectionThreadPoolSize) lets connections wait in a queue that
 * has none.
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
