package dev.mqha.patches.watched_log;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends what happens to the files of a log to {@code dev.mqha.patches.watched_log.LogFiles} and {@code Recovery}, which say why. */
public final class LogGuard {
    private static final String STORE = "org/apache/activemq/leveldb/";
    public static final String LOG = STORE + "RecordLog";
    public static final String DELETION = LOG + "$$anonfun$delete$1";
    public static final String CLIENT = UnitFix.CLIENT;

    /** {@code SlaveLevelDBStore.start_slave_connections}: what is done once the login is answered, and then the sync. */
    public static final String LOGIN = STORE + "replicated/SlaveLevelDBStore$$anonfun$start_slave_connections$2";

    public static final String SYNC = LOGIN + "$$anonfun$apply$7";

    private static final String SLAVE = STORE + "replicated/SlaveLevelDBStore";
    private static final String SUPPORT = STORE + "replicated/ReplicationSupport$";
    private static final String RESPONSE = STORE + "replicated/dto/SyncResponse";
    private static final String FILES = "dev/mqha/patches/watched_log/LogFiles";
    private static final String RECOVERY = "dev/mqha/patches/damaged_store/Recovery";
    private static final String ATTACH = "dev/mqha/patches/diverged_log/AttachCheck";

    private LogGuard() {}

    public static byte[] log(byte[] original) {
        return told("create_appender", Opcodes.ARETURN, LOG, FILES, "opened")
                .andThen(told("close", -1, LOG, FILES, "closed"))
                .andThen(Rewrite.redirect(
                        LOG + "$LogReader", "verifyAndGetEndOffset", "()J", RECOVERY, "end", LOG + "$LogReader"))
                .apply(original);
    }

    public static byte[] deletion(byte[] original) {
        return Rewrite.redirect(LOG, "onDelete", "(Ljava/io/File;)Z", FILES, "delete", LOG)
                .apply(original);
    }

    public static byte[] started(byte[] original) {
        return told("start", Opcodes.RETURN, CLIENT, RECOVERY, "started").apply(original);
    }

    public static byte[] login(byte[] original) {
        return Rewrite.redirect(SUPPORT, "delete_store", "(Ljava/io/File;)V", ATTACH, "later", "java/lang/Object")
                .apply(original);
    }

    public static byte[] sync(byte[] original) {
        return Rewrite.redirect(SLAVE, "transfer_missing", "(L" + RESPONSE + ";)J", ATTACH, "follow", SLAVE)
                .apply(original);
    }

    /**
     * Tells a static method, which takes the object, of a method.
     *
     * @param when the one return before which it is told; -1 for the beginning
     */
    private static UnaryOperator<byte[]> told(String method, int when, String owner, String targetClass, String target) {
        return original -> Rewrite.once(original, method, (name, next, place) -> {
            if (!name.equals(method)) {
                return next;
            }
            return new MethodVisitor(Opcodes.ASM9, next) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    if (when == -1) {
                        tell();
                    }
                }

                @Override
                public void visitInsn(int opcode) {
                    if (opcode == when) {
                        tell();
                    }
                    super.visitInsn(opcode);
                }

                private void tell() {
                    place.found();
                    super.visitVarInsn(Opcodes.ALOAD, 0);
                    super.visitMethodInsn(Opcodes.INVOKESTATIC, targetClass, target, "(L" + owner + ";)V", false);
                }
            };
        });
    }
}
