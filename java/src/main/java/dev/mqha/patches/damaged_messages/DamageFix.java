package dev.mqha.patches.damaged_messages;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.slave_log.SlaveFix;
import dev.mqha.patches.watched_log.LogGuard;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.Opcodes;

/** Sends the reading of messages, and what deletes or acknowledges the whole log, to {@link LogRead} and {@code LogFiles}, which say why. */
public final class DamageFix {
    public static final String CLIENT = UnitFix.CLIENT;
    public static final String SLAVE = SlaveFix.STORE;

    private static final String FILES = "dev/mqha/patches/watched_log/LogFiles";

    private DamageFix() {}

    /** {@code CLIENT}: a message is read, and everything is deleted. */
    public static byte[] client(byte[] original) {
        return Rewrite.redirectWith(
                        "getMessage",
                        LogGuard.LOG,
                        "read",
                        "(JI)Lscala/Option;",
                        "dev/mqha/patches/damaged_messages/LogRead",
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
    public static byte[] slave(byte[] original) {
        return Rewrite.first("send_wal_ack", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, FILES, "acknowledging", "(L" + SLAVE + ";)V", false);
                })
                .apply(original);
    }
}
