package dev.mqha.patches.snapshot_position;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Gives the index that a slave downloads while it attaches the position that it has.
 *
 * <p>The master sends its last index snapshot and the log. The slave keeps that index as a snapshot,
 * and names it after the end of the log ({@code wal_append_position}) instead of after the position
 * the snapshot was taken at. A slave that is promoted or started again from it replays the log from
 * there on only: every acknowledged message between the two positions is gone, and every consumed
 * one is back. See {@code transfer_missing} in replicated/SlaveLevelDBStore.scala.
 */
public final class SnapshotFix {
    private static final String RESPONSE = "org/apache/activemq/leveldb/replicated/dto/SyncResponse";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "snapshot-position",
                    Patch.Risk.MESSAGES,
                    "a slave that has attached and is then promoted, or started again, lacks acknowledged "
                            + "messages and delivers consumed ones again")
            .rewrites(Classes.SLAVE_OPENING, SnapshotFix::mend);

    private SnapshotFix() {}

    /** Returns the mended form of the class. @throws IllegalStateException where the position is not read exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.once(original, "the position", (name, next, place) -> new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String field, String type) {
                boolean wrong = owner.equals(RESPONSE) && field.equals("wal_append_position");
                if (wrong) {
                    place.found();
                }
                super.visitFieldInsn(opcode, owner, wrong ? "snapshot_position" : field, type);
            }
        });
    }
}
