package dev.mqha.patches.protocol_detection;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/**
 * Lets connections wait for their protocol to be found out without a thread, as {@link Arrivals} says why.
 *
 * <p>{@code AutoTcpTransportServer} made two threads for each connection and kept them for 30 s: whoever connected often
 * enough took all threads that a process may have.
 */
public final class AcceptQueue {
    static final String CLASS = "org/apache/activemq/transport/auto/AutoTcpTransportServer";

    private static final String EXECUTOR = "java/util/concurrent/ThreadPoolExecutor";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "protocol-detection",
                    Patch.Risk.OUTAGE,
                    "clients that connect and send nothing keep others out, and the master is taken for a "
                            + "hung one")
            .rewrites(CLASS, "e30567bdfaf788bcaad1adf668ea15aa58f9bb5aab295ae9c14eb7c76986b803", AcceptQueue::mend);

    private AcceptQueue() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "handleSocket",
                        EXECUTOR,
                        "submit",
                        "(Ljava/lang/Runnable;)Ljava/util/concurrent/Future;",
                        "dev/mqha/patches/protocol_detection/Arrivals",
                        "queue",
                        "Ljava/net/Socket;",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 1))
                .apply(original);
    }
}
