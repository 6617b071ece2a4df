package dev.mqha.patches.failed_replay;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.slave_log.SlaveFix;
import dev.mqha.patches.snapshot_position.SnapshotFix;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Tells {@code dev.mqha.patches.failed_replay.Replay} of each replay of the log, and of what it failed of. */
public final class ReplayFix {
    private static final String CLIENT = UnitFix.CLIENT;
    private static final String LOG = "org/apache/activemq/leveldb/RecordLog";
    private static final String TARGET = "dev/mqha/patches/failed_replay/Replay";
    private static final String THROWABLE = "java/lang/Throwable";
    private static final String TASK = "apply$mcV$sp";

    /** {@code LevelDBClient.replay_from}: the loop over the records. */
    public static final String LOOP = CLIENT + "$$anonfun$replay_from$1";

    /** {@code SlaveLevelDBStore.transfer_missing}: what opens the index that a slave has downloaded. */
    public static final String OPENING = SnapshotFix.CLASS;

    private ReplayFix() {}

    /** Returns the mended form of {@code LOOP}. @throws IllegalStateException where it is not that */
    public static byte[] loop(byte[] original) {
        return Rewrite.first(TASK, code -> {
                    client(code);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "begin", "(L" + CLIENT + ";)V", false);
                })
                .andThen(Rewrite.redirect(LOG, "read", "(J)Lscala/Option;", TARGET, "read", LOG))
                // A failure was printed, and the rest of the log left aside.
                .andThen(Rewrite.told(
                        THROWABLE,
                        "printStackTrace",
                        "()V",
                        ReplayFix::client,
                        TARGET,
                        "failed",
                        "(L" + THROWABLE + ";L" + CLIENT + ";)V"))
                .apply(original);
    }

    private static void client(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, LOOP, "$outer", "L" + CLIENT + ";");
    }

    /**
     * Surrounds a task of a slave's write thread, which would lose what it throws.
     *
     * @param store puts the store of the slave on the stack, of which the task is in local 0
     */
    public static UnaryOperator<byte[]> task(String className, Consumer<MethodVisitor> store) {
        return original -> Rewrite.once(original, TASK, (name, next, place) ->
                !name.equals(TASK) ? next : new Rewrite.Around(className, next, place) {
                    @Override
                    protected void failed() {
                        store.accept(this);
                        String told = "(L" + THROWABLE + ";L" + SlaveFix.STORE + ";)V";
                        visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "failed", told, false);
                        visitInsn(Opcodes.RETURN);
                    }
                });
    }
}
