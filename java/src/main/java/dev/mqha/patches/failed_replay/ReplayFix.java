package dev.mqha.patches.failed_replay;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import dev.mqha.patches.removed_queues.RemovalFix;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Tells {@link Replay} of each replay of the log, and of what it failed of. */
public final class ReplayFix {
    private static final String CLIENT = Classes.CLIENT.name();
    private static final String LOG = "org/apache/activemq/leveldb/RecordLog";
    private static final String TARGET = "dev/mqha/patches/failed_replay/Replay";
    private static final String THROWABLE = "java/lang/Throwable";
    private static final String TASK = "apply$mcV$sp";

    /** {@code LevelDBClient.replay_from}: the loop over the records. */
    static final String LOOP = CLIENT + "$$anonfun$replay_from$1";

    private static final String SLAVE = Classes.SLAVE_STORE.name();

    /** {@code SlaveLevelDBStore.transfer_missing}: what asks for the files, and what is done when they are there. */
    private static final String TRANSFER = SLAVE + "$$anonfun$transfer_missing$2";

    private static final String ATTACHED = TRANSFER + "$$anonfun$apply$18";
    private static final String OUTER = "org$apache$activemq$leveldb$replicated$SlaveLevelDBStore$$anonfun$$";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "failed-replay",
                    Patch.Risk.MESSAGES,
                    "a broker that cannot bring all of its log into its index continues without the rest, "
                            + "and counts as a copy of it")
            .needs(RemovalFix.PATCH)
            .rewrites(LOOP, "9a6a3ed71efc141fd9bd5f332f404e90d2b7274954b7747348bc7964b446c04e", ReplayFix::loop)
            .rewrites(Classes.SLAVE_REPLAY, ReplayFix::replay)
            .rewrites(Classes.SLAVE_OPENING, ReplayFix::opening);

    private ReplayFix() {}

    /** Returns the mended form of {@code LOOP}. @throws IllegalStateException where it is not that */
    static byte[] loop(byte[] original) {
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

    /** Returns the mended form of the task that replays. @throws IllegalStateException where it is not that */
    static byte[] replay(byte[] original) {
        return task(Classes.SLAVE_REPLAY.name(), code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, Classes.SLAVE_REPLAY.name(), "$outer", "L" + SLAVE + ";");
                })
                .apply(original);
    }

    /** Returns the mended form of the task that opens the index which was downloaded. */
    static byte[] opening(byte[] original) {
        return task(Classes.SLAVE_OPENING.name(), ReplayFix::storeOfOpening).apply(original);
    }

    private static void storeOfOpening(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, Classes.SLAVE_OPENING.name(), "$outer", "L" + ATTACHED + ";");
        String anonymous = "anonfun$$$outer";
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, ATTACHED, OUTER + anonymous, "()L" + TRANSFER + ";", false);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, TRANSFER, OUTER + "$outer", "()L" + SLAVE + ";", false);
    }

    /**
     * Surrounds a task of a slave's write thread, which would lose what it throws.
     *
     * @param store puts the store of the slave on the stack, of which the task is in local 0
     */
    private static UnaryOperator<byte[]> task(String className, Consumer<MethodVisitor> store) {
        return original -> Rewrite.once(original, TASK, (name, next, place) ->
                !name.equals(TASK) ? next : new Rewrite.Around(className, next, place) {
                    @Override
                    protected void failed() {
                        store.accept(this);
                        String told = "(L" + THROWABLE + ";L" + SLAVE + ";)V";
                        visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "failed", told, false);
                        visitInsn(Opcodes.RETURN);
                    }
                });
    }
}
