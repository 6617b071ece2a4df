package dev.mqha.patches.slave_log;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.failed_replay.ReplayFix;
import dev.mqha.patches.stashed_log.StashLink;
import dev.mqha.patches.whole_units.UnitFix;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Sends what a slave does with its log to {@code dev.mqha.patches.slave_log.SlaveLog} and its neighbours, which say why. */
public final class SlaveFix {
    public static final String STORE = "org/apache/activemq/leveldb/replicated/SlaveLevelDBStore";
    public static final String SESSION = STORE + "$Session";

    /** {@code start_slave_connections}: what is done when the master has let the slave in. */
    public static final String LOGIN = STORE + "$$anonfun$start_slave_connections$2";

    /** {@code start_slave_connections}: what is done with the master's list of files. */
    public static final String SYNC = LOGIN + "$$anonfun$apply$7";

    /** {@code transfer_missing}: what asks for the files. */
    public static final String TRANSFER = STORE + "$$anonfun$transfer_missing$2";

    /** {@code transfer_missing}: what is done when the files are there. */
    public static final String ATTACHED = TRANSFER + "$$anonfun$apply$18";

    /** {@code send_wal_ack}: the task that replays. */
    public static final String REPLAY = STORE + "$$anonfun$send_wal_ack$1";

    private static final String CLIENT = UnitFix.CLIENT;
    private static final String SUPPORT = StashLink.CLASS;
    private static final String LOG = "dev/mqha/patches/slave_log/SlaveLog";
    private static final String ATTACH = "dev/mqha/patches/slave_log/SlaveAttach";
    private static final String OUTER = "org$apache$activemq$leveldb$replicated$SlaveLevelDBStore$$anonfun$$";

    private SlaveFix() {}

    /** {@code STORE}: each attach begins anew. */
    public static byte[] begin(byte[] original) {
        return Rewrite.first("start_slave_connections", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, ATTACH, "begin", "(L" + STORE + ";)V", false);
                })
                .apply(original);
    }

    /** {@code LOGIN}: a stash that is there already is the better one. */
    public static byte[] stash(byte[] original) {
        return Rewrite.redirect(SUPPORT, "stash", "(Ljava/io/File;)V", ATTACH, "stash", SUPPORT)
                .apply(original);
    }

    /** {@code SYNC}: frames of the log. */
    public static byte[] frames(byte[] original) {
        String type = "(L" + SESSION + ";)Lscala/Function1;";
        return Rewrite.redirect(STORE, "wal_handler", type, ATTACH, "frames", STORE)
                .apply(original);
    }

    /** {@code TRANSFER}: the last step. */
    public static byte[] complete(byte[] original) {
        String arguments = "Lorg/fusesource/hawtbuf/AsciiBuffer;Ljava/lang/Object;Lscala/Function1;";
        String told = "(L" + SESSION + ";" + arguments + "L" + STORE + ";)V";
        return Rewrite.told(SESSION, "request_then", "(" + arguments + ")V", SlaveFix::storeOfTransfer, ATTACH, "complete", told)
                .apply(original);
    }

    /** {@code ATTACHED}: where the log is opened. */
    public static byte[] open(byte[] original) {
        return Rewrite.redirect(STORE, "wal_append_offset", "()J", ATTACH, "offset", STORE)
                .apply(original);
    }

    /** {@code REPLAY}: how far it is replayed. */
    public static byte[] replay(byte[] original) {
        return Rewrite.redirect(CLIENT, "replay_from", "(JJZ)V", LOG, "replay", CLIENT)
                .andThen(ReplayFix.task(REPLAY, SlaveFix::storeOfReplay))
                .apply(original);
    }

    /** {@code SESSION}: what the master refuses. */
    public static byte[] refused(byte[] original) {
        return Rewrite.first("fail", code -> {
                    code.visitVarInsn(Opcodes.ALOAD, 0);
                    code.visitFieldInsn(Opcodes.GETFIELD, SESSION, "$outer", "L" + STORE + ";");
                    code.visitVarInsn(Opcodes.ALOAD, 1);
                    String type = "(L" + STORE + ";Ljava/lang/String;)V";
                    code.visitMethodInsn(Opcodes.INVOKESTATIC, ATTACH, "refused", type, false);
                })
                .apply(original);
    }

    /** The task that opens the index which was downloaded. */
    public static byte[] opening(byte[] original) {
        return ReplayFix.task(ReplayFix.OPENING, SlaveFix::storeOfOpening).apply(original);
    }

    private static void storeOfTransfer(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, TRANSFER, "$outer", "L" + STORE + ";");
    }

    private static void storeOfReplay(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, REPLAY, "$outer", "L" + STORE + ";");
    }

    private static void storeOfOpening(MethodVisitor code) {
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitFieldInsn(Opcodes.GETFIELD, ReplayFix.OPENING, "$outer", "L" + ATTACHED + ";");
        String anonymous = "anonfun$$$outer";
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, ATTACHED, OUTER + anonymous, "()L" + TRANSFER + ";", false);
        code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, TRANSFER, OUTER + "$outer", "()L" + STORE + ";", false);
    }
}
