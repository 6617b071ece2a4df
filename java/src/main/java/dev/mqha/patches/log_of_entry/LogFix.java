package dev.mqha.patches.log_of_entry;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.Opcodes;

/** Counts an entry for the file of the log in which it lies, as {@code dev.mqha.patches.log_of_entry.LogOfEntry} says why. */
public final class LogFix {
    private static final String LOG = "org/apache/activemq/leveldb/RecordLog";
    private static final String TARGET = "dev/mqha/patches/log_of_entry/LogOfEntry";

    private LogFix() {}

    /** Returns the mended form of {@code UnitFix.CLIENT}. @throws IllegalStateException where it is not that */
    public static byte[] mend(byte[] original) {
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
