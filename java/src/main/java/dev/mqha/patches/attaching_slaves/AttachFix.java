package dev.mqha.patches.attaching_slaves;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.Opcodes;

/** Sends what a master does for a slave that attaches to {@code dev.mqha.patches.attaching_slaves.Attaching}, which says why. */
public final class AttachFix {
    private static final String STORE = "org/apache/activemq/leveldb/replicated/MasterLevelDBStore";
    public static final String SESSION = STORE + "$Session";
    public static final String STATE = STORE + "$SlaveState";

    /** {@code SlaveState.start}: the task that answers the slave. */
    public static final String ANSWER = STATE + "$$anonfun$start$1";

    public static final String CLIENT = "org/apache/activemq/leveldb/replicated/MasterLevelDBClient";

    /** {@code LevelDBClient.gc}: what is done with a log that nothing refers to. */
    public static final String COLLECT = UnitFix.CLIENT + "$$anonfun$gc$2";

    private static final String STORED = UnitFix.CLIENT;
    private static final String LOG = "org/apache/activemq/leveldb/RecordLog";
    private static final String RESPONSE = "org/apache/activemq/leveldb/replicated/dto/SyncResponse";
    private static final String MAP = "java/util/concurrent/ConcurrentHashMap";
    private static final String TARGET = "dev/mqha/patches/attaching_slaves/Attaching";

    private AttachFix() {}

    /** {@code SESSION}: who comes back, and who goes. */
    public static byte[] session(byte[] original) {
        return Rewrite.redirect(MAP, "get", "(Ljava/lang/Object;)Ljava/lang/Object;", TARGET, "known", MAP)
                .andThen(Rewrite.redirect(STORE, "isStarted", "()Z", TARGET, "forgets", STORE))
                .apply(original);
    }

    /** {@code STATE}: what a slave is told, and when it is attached. */
    public static byte[] state(byte[] original) {
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
    public static byte[] answer(byte[] original) {
        return Rewrite.redirect(SESSION, "sendOk", "(Ljava/lang/Object;)V", TARGET, "answer", SESSION)
                .apply(original);
    }

    /** {@code CLIENT}: which snapshots are kept. */
    public static byte[] client(byte[] original) {
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
    public static byte[] collect(byte[] original) {
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
