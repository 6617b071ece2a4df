package dev.mqha.patches.watched_log;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.diverged_log.DivergedLog;
import java.util.function.Consumer;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Tells {@link LogFiles} what happens to the files of a log, which says why. */
public final class LogGuard {
    private static final String LOG = Classes.LOG.name();

    /** {@code RecordLog.delete}: what is done with a file. */
    static final String DELETION = LOG + "$$anonfun$delete$1";

    private static final String FILES = "dev/mqha/patches/watched_log/LogFiles";
    private static final String LIST = "dev/mqha/patches/watched_log/LogList";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "watched-log",
                    Patch.Risk.MESSAGES,
                    "a master whose files were removed continues, and each slave that comes drops its own "
                            + "copy for what is left")
            .needs(DivergedLog.PATCH)
            .rewrites(Classes.LOG, LogGuard::log)
            .rewrites(DELETION, "f72e21c96795c66d3c3e28d880b71fdea7f3a8e03bb994bd8de5344b82e6c223", LogGuard::deletion)
            .rewrites(Classes.CLIENT, LogGuard::purge)
            .rewrites(Classes.SLAVE_STORE, LogGuard::acknowledging)
            .rewrites(Classes.SUPPORT, LogGuard::copied);

    private LogGuard() {}

    /** The log gets a file, and is closed. @throws IllegalStateException where that is not done at one place each */
    static byte[] log(byte[] original) {
        return Rewrite.returning("create_appender", Opcodes.ARETURN, told(LOG, "opened"))
                .andThen(Rewrite.first("close", told(LOG, "closed")))
                .apply(original);
    }

    /** A file of the log is deleted. @throws IllegalStateException where it is not deleted once */
    static byte[] deletion(byte[] original) {
        return Rewrite.redirect(LOG, "onDelete", "(Ljava/io/File;)Z", FILES, "delete", LOG)
                .apply(original);
    }

    /** Everything is deleted. @throws IllegalStateException where the client has no such method */
    static byte[] purge(byte[] original) {
        return Rewrite.first("locked_purge", told(Classes.CLIENT.name(), "purge")).apply(original);
    }

    /** A slave tells its master how far it is. @throws IllegalStateException where it has no such method */
    static byte[] acknowledging(byte[] original) {
        return Rewrite.first("send_wal_ack", told(Classes.SLAVE_STORE.name(), "acknowledging"))
                .apply(original);
    }

    /** A store was set aside, or put back. @throws IllegalStateException where it is not copied in one method */
    static byte[] copied(byte[] original) {
        return Rewrite.last("copy_store_dir", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    code.visitVarInsn(Opcodes.ALOAD, 2);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, LIST, "copy", "(Ljava/io/File;Ljava/io/File;)V", false);
                })
                .apply(original);
    }

    private static Consumer<MethodVisitor> told(String owner, String target) {
        return code -> {
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitMethodInsn(Opcodes.INVOKESTATIC, FILES, target, "(L" + owner + ";)V", false);
        };
    }
}
