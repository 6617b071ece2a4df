package dev.mqha.patches.replication_requests;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Has {@link SlaveRequests} deal with what comes to the replication port; it says why. */
public final class RequestFix {
    private static final String SESSION = Classes.MASTER_SESSION.name();
    private static final String STORE = "Lorg/apache/activemq/leveldb/replicated/MasterLevelDBStore;";
    private static final String DTO = "Lorg/apache/activemq/leveldb/replicated/dto/";
    private static final String TARGET = "dev/mqha/patches/replication_requests/SlaveRequests";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "replication-requests",
                    Patch.Risk.MEMORY,
                    "anybody who can reach the replication port can fill heap and log of a master with frames that it "
                            + "does not take")
            .rewrites(Classes.MASTER_SESSION, RequestFix::mend);

    private RequestFix() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.instead("onTransportCommand", code -> call(code, "command", "Ljava/lang/Object;", false))
                .andThen(Rewrite.instead("onTransportFailure", code -> call(code, "failed", "Ljava/io/IOException;", false)))
                .andThen(Rewrite.instead("handle_login", code -> call(code, "login", DTO + "Login;", true)))
                .andThen(Rewrite.instead("handle_get", code -> call(code, "get", DTO + "Transfer;", true)))
                .apply(original);
    }

    /** With the session, its argument, and where it is needed the store. */
    private static void call(MethodVisitor code, String target, String type, boolean withStore) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitVarInsn(Opcodes.ALOAD, 1);
        if (withStore) {
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitFieldInsn(Opcodes.GETFIELD, SESSION, "$outer", STORE);
        }
        String arguments = "L" + SESSION + ";" + type + (withStore ? STORE : "");
        code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, target, "(" + arguments + ")V", false);
    }
}
