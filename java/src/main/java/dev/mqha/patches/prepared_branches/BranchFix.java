package dev.mqha.patches.prepared_branches;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;
import org.objectweb.asm.Opcodes;

/** Keeps what a prepared branch has acknowledged, as {@link PreparedBranch} says why. */
public final class BranchFix {
    private static final String CLIENT = Classes.CLIENT.name();
    private static final String RECORD = "org/apache/activemq/leveldb/record/EntryRecord";
    private static final String BEAN = RECORD + "$Bean";
    private static final String BUFFER = "L" + RECORD + "$Buffer;";
    private static final String BYTES = "Lorg/fusesource/hawtbuf/Buffer;";
    private static final String TARGET = "dev/mqha/patches/prepared_branches/PreparedBranch";

    /** Where {@code Classes.REPLAYING} holds the record of an entry that is added or updated. */
    private static final int RECORD_SLOT = 17;

    private static final String STORE = "org/apache/activemq/leveldb/LevelDBStore";

    /** The store of a queue, whose set of acknowledged messages is replaced. */
    private static final String QUEUE = Classes.QUEUE_STORE.name();

    /** {@code LevelDBStore.doStart}: what is done with one acknowledgement of a recovered branch. */
    public static final String RECOVERING = STORE + "$$anonfun$doStart$5$$anonfun$apply$6";

    /** The acknowledgement of a message of a queue in a transaction, made by {@code Transaction.remove}. */
    static final String REMOVING = STORE + "$Transaction$$anon$4";

    private static final String SET = "java/util/HashSet";
    private static final String ACKS = "dev/mqha/patches/prepared_branches/PreparedAcks";
    private static final String MANAGER = "org/apache/activemq/leveldb/DBManager";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "prepared-branches",
                    Patch.Risk.MESSAGES,
                    "after a failover a prepared XA branch that has consumed ends every node that is "
                            + "elected, so that no client can reach the messages of the store")
            .rewrites(Classes.REPLAYING, BranchFix::replay)
            .rewrites(Classes.CLIENT, BranchFix::recover)
            .rewrites(Classes.QUEUE_STORE, BranchFix::queue)
            .rewrites(RECOVERING, "a3b6af0684b95ff0927e8fbc40273b314789817227749c2b6cf71c0554029be8", BranchFix::recovered)
            .rewrites(REMOVING, "94f7de42b0cc34281a8e2b2be2468c5920844158612517fa78580a3ff33be4f7", BranchFix::rollback);

    private BranchFix() {}

    /** Returns the mended form of {@code QUEUE}. @throws IllegalStateException where it is not that */
    static byte[] queue(byte[] original) {
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
    static byte[] recovered(byte[] original) {
        return within(null, SET, "add", "(Ljava/lang/Object;)Z", "recovered").apply(original);
    }

    /** Returns the mended form of {@code REMOVING}. @throws IllegalStateException where it is not that */
    static byte[] rollback(byte[] original) {
        return within("rollback", SET, "remove", "(Ljava/lang/Object;)Z", "rolledBack").apply(original);
    }

    private static UnaryOperator<byte[]> within(String method, String owner, String name, String type, String target) {
        return Rewrite.redirectWith(method, owner, name, type, ACKS, target, "", nothing -> {});
    }

    /** Returns the mended form of {@code Classes.REPLAYING}. @throws IllegalStateException where it is not that */
    static byte[] replay(byte[] original) {
        return withRecord(BEAN, "setValueLocation", "(J)L" + BEAN + ";", "keep")
                .andThen(withRecord(CLIENT, "org$apache$activemq$leveldb$LevelDBClient$$logRefIncrement", "(J)V", "count"))
                .apply(original);
    }

    /** Returns the mended form of the store's client. @throws IllegalStateException where it is not that */
    static byte[] recover(byte[] original) {
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
