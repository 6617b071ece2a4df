package dev.mqha.patches.prepared_branches;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.function.UnaryOperator;
import org.objectweb.asm.Opcodes;

/** Keeps what a prepared branch has acknowledged, as {@code dev.mqha.patches.prepared_branches.PreparedBranch} says why. */
public final class BranchFix {
    private static final String CLIENT = UnitFix.CLIENT;
    private static final String RECORD = "org/apache/activemq/leveldb/record/EntryRecord";
    private static final String BEAN = RECORD + "$Bean";
    private static final String BUFFER = "L" + RECORD + "$Buffer;";
    private static final String BYTES = "Lorg/fusesource/hawtbuf/Buffer;";
    private static final String TARGET = "dev/mqha/patches/prepared_branches/PreparedBranch";

    /** Where {@code UnitFix.REPLAYING} holds the record of an entry that is added or updated. */
    private static final int RECORD_SLOT = 17;

    private static final String STORE = "org/apache/activemq/leveldb/LevelDBStore";

    /** The store of a queue, whose set of acknowledged messages is replaced. */
    public static final String QUEUE = STORE + "$LevelDBMessageStore";

    /** {@code LevelDBStore.doStart}: what is done with one acknowledgement of a recovered branch. */
    public static final String RECOVERING = STORE + "$$anonfun$doStart$5$$anonfun$apply$6";

    /** The acknowledgement of a message of a queue in a transaction, made by {@code Transaction.remove}. */
    public static final String REMOVING = STORE + "$Transaction$$anon$4";

    private static final String SET = "java/util/HashSet";
    private static final String ACKS = "dev/mqha/patches/prepared_branches/PreparedAcks";
    private static final String MANAGER = "org/apache/activemq/leveldb/DBManager";

    private BranchFix() {}

    /** Returns the mended form of {@code QUEUE}. @throws IllegalStateException where it is not that */
    public static byte[] queue(byte[] original) {
        String page = "(L" + SET + ";JLorg/apache/activemq/store/MessageRecoveryListener;JJJ)J";
        byte[] paged = within("recoverNextMessages", MANAGER, "cursorMessages", page, "page")
                .andThen(Rewrite.redirectWith(
                        "getMessageCount", MANAGER, "collectionSize", "(J)J", ACKS, "depth", "L" + SET + ";", code -> {
                            code.visitVarInsn(Opcodes.ALOAD, 0);
                            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, QUEUE, "preparedAcks", "()L" + SET + ";", false);
                        }))
                .apply(original);
        return Rewrite.made(1, null, SET, ACKS).apply(paged);
    }

    /** Returns the mended form of {@code RECOVERING}. @throws IllegalStateException where it is not that */
    public static byte[] recovered(byte[] original) {
        return within(null, SET, "add", "(Ljava/lang/Object;)Z", "recovered").apply(original);
    }

    /** Returns the mended form of {@code REMOVING}. @throws IllegalStateException where it is not that */
    public static byte[] rollback(byte[] original) {
        return within("rollback", SET, "remove", "(Ljava/lang/Object;)Z", "rolledBack").apply(original);
    }

    private static UnaryOperator<byte[]> within(String method, String owner, String name, String type, String target) {
        return Rewrite.redirectWith(method, owner, name, type, ACKS, target, "", nothing -> {});
    }

    /** Returns the mended form of {@code UnitFix.REPLAYING}. @throws IllegalStateException where it is not that */
    public static byte[] replay(byte[] original) {
        return withRecord(BEAN, "setValueLocation", "(J)L" + BEAN + ";", "keep")
                .andThen(withRecord(CLIENT, "org$apache$activemq$leveldb$LevelDBClient$$logRefIncrement", "(J)V", "count"))
                .apply(original);
    }

    /** Returns the mended form of the store's client. @throws IllegalStateException where it is not that */
    public static byte[] recover(byte[] original) {
        String type = "(J" + BYTES + BYTES + "Lscala/Function2;)V";
        return Rewrite.redirectWith(
                        "transactionCursor", CLIENT, "collectionCursor", type, TARGET, "entries", "", nothing -> {})
                .apply(original);
    }

    private static UnaryOperator<byte[]> withRecord(String owner, String name, String type, String target) {
        return Rewrite.redirectWith(
                null, owner, name, type, TARGET, target, BUFFER, code -> code.visitVarInsn(Opcodes.ALOAD, RECORD_SLOT));
    }
}
