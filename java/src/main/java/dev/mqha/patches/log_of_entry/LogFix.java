package dev.mqha.patches.log_of_entry;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Counts an entry for the file of the log in which it lies, as {@link LogOfEntry} says why. */
public final class LogFix {
    private static final String LOG = Classes.LOG.name();
    private static final String TARGET = "dev/mqha/patches/log_of_entry/LogOfEntry";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "log-of-entry",
                    Patch.Risk.MESSAGES,
                    "after a failover a file of the log can be deleted that a message of a queue still "
                            + "needs")
            .rewrites(Classes.CLIENT, LogFix::mend);

    private LogFix() {}

    /** Returns the mended form of {@code Classes.CLIENT}. @throws IllegalStateException where it is not that */
    static byte[] mend(byte[] original) {
        return Rewrite.redirectWith(
                        "logRefKey",
                        LOG,
                        "log_info",
                        "(J)Lscala/Option;",
                        TARGET,
                        "find",
                        "L" + Classes.CLIENT.name() + ";",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0))
                .apply(original);
    }
}
