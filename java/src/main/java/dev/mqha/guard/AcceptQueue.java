package dev.mqha.guard;

import org.objectweb.asm.MethodVisitor;
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
        return Rewrite.once(original, "handleSocket", (name, next, place) ->
                !name.equals("handleSocket") ? next : new MethodVisitor(Opcodes.ASM9, next) {
                    @Override
                    public void visitMethodInsn(
                            int opcode, String owner, String method, String type, boolean inInterface) {
                        if (!owner.equals(EXECUTOR) || !method.equals("submit")) {
                            super.visitMethodInsn(opcode, owner, method, type, inInterface);
                            return;
                        }
                        place.found();
                        visitVarInsn(Opcodes.ALOAD, 1);
                        String target = "(L" + EXECUTOR + ";Ljava/lang/Runnable;Ljava/net/Socket;)"
                                + "Ljava/util/concurrent/Future;";
                        super.visitMethodInsn(
                                Opcodes.INVOKESTATIC, "dev/mqha/wire/Strangers", "queue", target, false);
                    }
                });
    }
}
