package dev.mqha.guard;

import org.objectweb.asm.Opcodes;

/** Counts an entry for the file of the log in which it lies, as {@code dev.mqha.store.LogOfEntry} says why. */
final class LogFix {
    private static final String LOG = "org/apache/activemq/leveldb/RecordLog";
    private static final String TARGET = "dev/mqha/store/LogOfEntry";

    private LogFix() {}

    /** Returns the mended form of {@code UnitFix.CLIENT}. @throws IllegalStateException where it is not that */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "logRefKey",
                        LOG,
                        "log_info",
                        "(J)Lscala/Option;",
                        TARGET,
                        "find",
                        "L" + UnitFix.CLIENT + ";",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0))
                .apply(original);
    }
}
