package dev.mqha.guard;

import org.objectweb.asm.Opcodes;

/** Sends the reading of messages, and what deletes or acknowledges the whole log, to {@code dev.mqha.store}, which says why. */
final class DamageFix {
    static final String CLIENT = UnitFix.CLIENT;
    static final String SLAVE = SlaveFix.STORE;

    private static final String FILES = "dev/mqha/store/LogFiles";

    private DamageFix() {}

    /** {@code CLIENT}: a message is read, and everything is deleted. */
    static byte[] client(byte[] original) {
        return Rewrite.redirectWith(
                        "getMessage",
                        LogGuard.LOG,
                        "read",
                        "(JI)Lscala/Option;",
                        "dev/mqha/store/LogRead",
                        "read",
                        "L" + CLIENT + ";",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0))
                .andThen(Rewrite.first("locked_purge", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, FILES, "purge", "(L" + CLIENT + ";)V", false);
                }))
                .apply(original);
    }

    /** {@code SLAVE}: it tells its master how far it is. */
    static byte[] slave(byte[] original) {
        return Rewrite.first("send_wal_ack", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, FILES, "acknowledging", "(L" + SLAVE + ";)V", false);
                })
                .apply(original);
    }
}
