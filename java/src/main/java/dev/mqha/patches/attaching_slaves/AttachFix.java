package dev.mqha.patches.attaching_slaves;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/** Sends what a master does for a slave that attaches to {@link Attaching}, which says why. */
public final class AttachFix {
    private static final String STORE = "org/apache/activemq/leveldb/replicated/MasterLevelDBStore";
    private static final String SESSION = Classes.MASTER_SESSION.name();
    static final String STATE = STORE + "$SlaveState";

    /** {@code SlaveState.start}: the task that answers the slave. */
    static final String ANSWER = STATE + "$$anonfun$start$1";

    static final String CLIENT = "org/apache/activemq/leveldb/replicated/MasterLevelDBClient";

    /** {@code LevelDBClient.gc}: what is done with a log that nothing refers to. */
    static final String COLLECT = Classes.CLIENT.name() + "$$anonfun$gc$2";

    private static final String STORED = Classes.CLIENT.name();
    private static final String LOG = Classes.LOG.name();
    private static final String RESPONSE = "org/apache/activemq/leveldb/replicated/dto/SyncResponse";
    private static final String MAP = "java/util/concurrent/ConcurrentHashMap";
    private static final String TARGET = "dev/mqha/patches/attaching_slaves/Attaching";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "attaching-slaves",
                    Patch.Risk.MESSAGES,
                    "a master can count a slave for attached that still downloads, and can remove files "
                            + "that a slave is about to download")
            .rewrites(Classes.MASTER_SESSION, AttachFix::session)
            .rewrites(STATE, "dd956dbd26b1497a626fba9c6dac5275ce55720b84be5abbb7763e64acdabd11", AttachFix::state)
            .rewrites(ANSWER, "0f9e68bb7923a08a05c81da33447ccd82cf0e470e9cfa92b8905ab990af7c060", AttachFix::answer)
            .rewrites(CLIENT, "5011fd15df64b71ccdfbe57e9d0162ef0dd74453f63ca06017ff47490f62d831", AttachFix::client)
            .rewrites(COLLECT, "2eac8eccd4cc254025cbe38702e3472166d7d74e59806ce8cfbd8049f576029d", AttachFix::collect);

    private AttachFix() {}

    /** {@code SESSION}: who comes back, and who goes. */
    static byte[] session(byte[] original) {
        return Rewrite.redirect(MAP, "get", "(Ljava/lang/Object;)Ljava/lang/Object;", TARGET, "known", MAP)
                .andThen(Rewrite.redirect(STORE, "isStarted", "()Z", TARGET, "forgets", STORE))
                .apply(original);
    }

    /** {@code STATE}: what a slave is told, and when it is attached. */
    static byte[] state(byte[] original) {
        return Rewrite.told(
                        STORED,
                        "lastIndexSnapshotPos",
                        "()J",
                        code -> code.visitVarInsn(Opcodes.ALOAD, 0),
                        TARGET,
                        "hold",
                        "(L" + STORED + ";L" + STATE + ";)J")
                .andThen(Rewrite.redirect(CLIENT, "snapshot_state", "(J)L" + RESPONSE + ";", TARGET, "listing", CLIENT))
                .andThen(Rewrite.told(
                        STATE,
                        "check_position_sync",
                        "()V",
                        code -> {
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitFieldInsn(Opcodes.GETFIELD, STATE, "$outer", "L" + STORE + ";");
                        },
                        TARGET,
                        "acknowledged",
                        "(L" + STATE + ";L" + STORE + ";)V"))
                .apply(original);
    }

    /** {@code ANSWER}: checksums are made when the master's writer no longer waits. */
    static byte[] answer(byte[] original) {
        return Rewrite.redirect(SESSION, "sendOk", "(Ljava/lang/Object;)V", TARGET, "answer", SESSION)
                .apply(original);
    }

    /** {@code CLIENT}: which snapshots are kept. */
    static byte[] client(byte[] original) {
        return Rewrite.instead("replaceLatestSnapshotDirectory", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitVarInsn(Opcodes.LLOAD, 1);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "replace", "(L" + CLIENT + ";J)V", false);
                })
                .andThen(Rewrite.first("gc", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, TARGET, "release", "(L" + CLIENT + ";)V", false);
                }))
                .apply(original);
    }

    /** {@code COLLECT}: what a slave downloads stays. */
    static byte[] collect(byte[] original) {
        return Rewrite.told(
                        LOG,
                        "delete",
                        "(J)V",
                        code -> {
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitFieldInsn(Opcodes.GETFIELD, COLLECT, "$outer", "L" + STORED + ";");
                        },
                        TARGET,
                        "collect",
                        "(L" + LOG + ";JL" + STORED + ";)V")
                .apply(original);
    }
}
